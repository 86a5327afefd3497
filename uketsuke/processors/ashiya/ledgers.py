"""The ledgers of the Ashiya specification that its services use (catalogue/ashiya.yaml `ledgers`)."""

from __future__ import annotations

from uketsuke.processors.ledger import Column, ColumnRule, Ledger

SYSTEMS = (("ad", "Windows"), ("groupware", "グループウェア"), ("resident_system", "住民情報システム"))

ACCOUNT_REGISTER = Ledger(
    id="account-register",
    title="アカウント台帳",
    key="account_id",
    key_pattern=r"[a-z][0-9]{5}",
    keeps_case=True,
    columns=(
        Column("account_id", "アカウント"),
        Column("system", "対象システム", ColumnRule.CHOICE, SYSTEMS),
        Column("employee_number", "職員番号"),
        Column("user_name", "氏名"),
        Column("department", "所属"),
        Column("last_logon", "最終ログオン", ColumnRule.DATE),
        Column(
            "state",
            "状態",
            ColumnRule.CHOICE,
            (("active", "利用中"), ("locked", "ロック中"), ("disabled", "停止中"), ("deleted", "削除済")),
        ),
        Column("unlock_dates", "ロック解除日", ColumnRule.DATES),
        Column("valid_from", "有効開始日", ColumnRule.DATE),
        Column("valid_to", "有効終了日", ColumnRule.DATE),
    ),
)

LEDGERS = (ACCOUNT_REGISTER,)
"""What `Catalogue` finds for this city."""
