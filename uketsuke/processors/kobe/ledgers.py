"""The ledgers of the Kobe task list that its services use (catalogue/kobe.yaml `ledgers`)."""

from __future__ import annotations

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

LEDGERS = (LTE_LEDGER,)
"""What `Catalogue` finds for this city."""
