"""The ledgers of the Kobe task list that its services use (catalogue/kobe.yaml `ledgers`)."""

from __future__ import annotations

from uketsuke.domain.numbering import NumberSeries
from uketsuke.processors.ledger import DEVICE_STATUS, Column, ColumnRule, Ledger

LTE_LEDGER = Ledger(
    id="lte-ledger",
    title="LTE管理台帳",
    key="asset_no",
    key_pattern=r"LTE-?[0-9]{3,6}",
    columns=(
        Column("asset_no", "LTE接続端子の管理番号"),
        Column("line_no", "回線番号（電話番号）"),
        Column("status", "状態", ColumnRule.CHOICE, DEVICE_STATUS),
        Column("department", "所属"),
        Column("user_name", "利用者"),
        Column("hand_over_date", "受払日", ColumnRule.DATE),
        Column("return_date", "返却日", ColumnRule.DATE),
        Column(
            "kind",
            "区分",
            ColumnRule.CHOICE,
            (("distribution", "配布"), ("failure_exchange", "故障交換"), ("return", "返却")),
        ),
        Column("replaced_asset_no", "交換元管理番号"),
        Column("receipt_number", "受付番号"),
    ),
)

EKOBE_ACCOUNTS = Ledger(
    id="ekobe-account-ledger",
    title="e-KOBEアカウント管理用台帳",
    key="account_id",
    key_pattern=r"K[0-9]{7}",
    series=(
        NumberSeries("department_id", column="department_id", prefix="D", department_digits=4),
        NumberSeries("account_id", column="account_id", prefix="K", department_digits=4, width=3),
    ),
    columns=(
        Column("account_id", "職員用ID"),
        Column("department_id", "所属部課ID"),
        Column("department", "所属"),
        Column("user_name", "利用者氏名"),
        Column("user_email", "利用者メール"),
        Column("registered_prod_on", "本番登録日", ColumnRule.DATE),
        Column("registered_verify_on", "検証登録日", ColumnRule.DATE),
        Column("checked_by", "デジタル戦略部確認者"),
        Column("checked_on", "確認日", ColumnRule.DATE),
        Column("notified_on", "申請者連絡日", ColumnRule.DATE),
        Column(
            "state",
            "状態",
            ColumnRule.CHOICE,
            (
                ("allocated", "付番済"),
                ("registered", "登録済"),
                ("checked", "確認済"),
                ("active", "利用中"),
                ("changed", "変更済"),
                ("locked", "ロック中"),
                ("deleted", "削除済"),
            ),
        ),
        Column("unlock_dates", "ロック解除日", ColumnRule.DATES),
        Column("receipt_number", "受付番号"),
    ),
)

EKOBE_TRIALS = Ledger(
    id="ekobe-trial-ledger",
    title="仮申請用アカウント管理番号台帳",
    key="trial_account_id",
    key_pattern=r"T[0-9]{4}",
    series=(
        NumberSeries("trial_department_id", column="trial_department_id", prefix="TD", department_digits=4),
        NumberSeries("trial_account_id", column="trial_account_id", prefix="T", width=4),
    ),
    columns=(
        Column("trial_account_id", "お試しアカウントID"),
        Column("trial_department_id", "お試し部課ID"),
        Column("department", "所属"),
        Column("registered_verify_on", "検証登録日", ColumnRule.DATE),
        Column("checked_on", "確認日", ColumnRule.DATE),
        Column("notified_on", "申請者連絡日", ColumnRule.DATE),
        Column("expires_on", "利用期限", ColumnRule.DATE),
        Column("receipt_number", "受付番号"),
    ),
)

KINTONE_DEVELOPERS = Ledger(
    id="kintone-developer-list",
    title="アプリ開発者一覧",
    key="login_name",
    keeps_case=True,
    columns=(
        Column("login_name", "ログイン名"),
        Column("department", "所属"),
        Column("granted_on", "付与日", ColumnRule.DATE),
    ),
)
KINTONE_SPACES = Ledger(
    id="kintone-space-list",
    title="スペース一覧",
    key="space_id",
    columns=(
        Column("space_id", "スペースID"),
        Column("space_name", "スペース名"),
        Column("owner", "管理者"),
        Column("created_on", "作成日", ColumnRule.DATE),
    ),
)
KINTONE_GROUPS = Ledger(
    id="kintone-group-list",
    title="グループ（ロール）一覧",
    key="group_code",
    keeps_case=True,
    columns=(
        Column("group_code", "グループコード"),
        Column("group_name", "グループ名"),
        Column("members", "所属ユーザー"),
        Column("owner_department", "所管課"),
        Column("dynamic", "動的グループ"),
    ),
)

LEDGERS = (LTE_LEDGER, EKOBE_ACCOUNTS, EKOBE_TRIALS, KINTONE_DEVELOPERS, KINTONE_SPACES, KINTONE_GROUPS)
"""What `Catalogue` finds for this city."""
