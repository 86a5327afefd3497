"""The fields that most services have, with every label people write for them (catalogue `common_fields`)."""

from __future__ import annotations

from datetime import date
from typing import Any

from uketsuke.domain.request import Plain, Rule, ServiceRequest, Widget, field


def _nobody_to_write_to(values: Plain) -> bool:
    return not values.get("requester_phone")


def remarks_field() -> Any:
    """備考, for the services that have it."""
    return field(
        "備考",
        aliases=("その他", "特記事項", "連絡事項", "メモ", "コメント"),
        widget=Widget.LINES,
        max_length=2000,
    )


def employee_number_field() -> Any:
    """職員番号, for the services that have it."""
    return field(
        "職員番号",
        aliases=("職員No", "職員ＮＯ", "職員コード", "職員ID番号"),
        rule=Rule.CODE,
        pattern=r"[0-9A-Z]{5,10}",
    )


class RequesterFields(ServiceRequest):
    """Who asks; a service's own label wins over the same label here."""

    requester_name: str = field(
        "氏名",
        aliases=(
            "申請者",
            "申請者氏名",
            "申請者名",
            "依頼者",
            "依頼者氏名",
            "担当者",
            "担当者名",
            "担当者氏名",
            "お名前",
            "名前",
            "連絡者",
        ),
        rule=Rule.PERSON,
        required=True,
        min_length=1,
        max_length=60,
    )
    requester_email: str | None = field(
        "メールアドレス",
        aliases=(
            "メール",
            "Eメール",
            "Ｅメール",
            "E-mail",
            "Email",
            "mail",
            "MAIL",
            "連絡先メール",
            "申請者メールアドレス",
        ),
        rule=Rule.EMAIL,
        required_when=_nobody_to_write_to,
        help="本人を探すために使います。お知らせは職員名簿の宛先へ送ります。",
    )
    requester_phone: str | None = field(
        "電話・内線",
        aliases=(
            "電話",
            "電話番号",
            "TEL",
            "ＴＥＬ",
            "Tel",
            "内線",
            "内線番号",
            "連絡先",
            "連絡先電話番号",
            "庁内電話",
        ),
        rule=Rule.PHONE,
    )
    department: str = field(
        "所属",
        aliases=(
            "所属名",
            "所属課",
            "所属部課",
            "部署",
            "部署名",
            "課名",
            "所管課",
            "担当課",
            "申請所属",
            "局・部・課",
            "所属（課）",
        ),
        rule=Rule.DEPARTMENT,
        required=True,
        min_length=1,
    )


class CommonFields(RequesterFields):
    """Base of most requests."""

    desired_date: date | None = field(
        "希望日",
        aliases=(
            "希望日時",
            "受取希望日",
            "受渡希望日",
            "受け渡し希望日",
            "返却希望日",
            "受払希望日",
            "利用開始日",
            "ご希望日",
        ),
        rule=Rule.DATE,
        widget=Widget.DATE,
    )
    remarks: str | None = remarks_field()
