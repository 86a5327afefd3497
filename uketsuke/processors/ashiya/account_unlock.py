"""Accounts locked by repeated wrong input (catalogue/ashiya.yaml `account-unlock`, 004:6(1)イ(ウ))."""

from __future__ import annotations

from typing import ClassVar, Literal

from uketsuke.domain.request import Plain, Rule, Widget, field
from uketsuke.processors.ashiya.ledgers import ACCOUNT_REGISTER, SYSTEMS
from uketsuke.processors.base import Phrase, Words
from uketsuke.processors.common_fields import RequesterFields, employee_number_field, remarks_field
from uketsuke.processors.phrases import EXTENSION, INTRODUCES
from uketsuke.processors.shapes.account_unlock import BESIDE, INNOCENT, AccountUnlock, unlock_deadlines


class AccountUnlockRequest(RequesterFields):
    """Whose account is locked, and in which system."""

    account_id: str = field(
        "アカウント",
        aliases=("アカウントID", "ログインID", "利用者ID", "ユーザーID"),
        rule=Rule.ACCOUNT,
        ledger=ACCOUNT_REGISTER.id,
        required=True,
        max_length=64,
    )
    system_name: Literal["ad", "groupware", "resident_system"] = field(
        "対象システム",
        aliases=("システム名", "システム"),
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words={
            "ad": ("Windows", "端末ログイン", "AD", "パソコン"),
            "groupware": ("グループウェア",),
            "resident_system": ("住民情報",),
        },
        default="ad",
    )
    employee_number: str | None = employee_number_field()
    remarks: str | None = remarks_field()


class AccountUnlockService(AccountUnlock):
    """アカウントのロック解除。パスワードはそのまま残る。"""

    id = "account-unlock"
    title = "アカウントロック解除"
    city = "ashiya"
    request = AccountUnlockRequest
    words = Words(
        named=(
            r"ロック(?=[^。\n]{0,12}?(?:解除|外し|はずし))",
            r"ロック(?=(?:が(?:かか|掛か)|され))",
            r"ログイン(?=(?:が)?(?:でき(?:な|ません|ず)|出来(?:な|ません)))",
        ),
        hints=(r"アカウント", r"ログイン", r"パスワード", r"ロック"),
        others=(
            r"パスワード[^。\n]{0,6}?(?:忘れ|わから|分から|失念|リセット|初期化|再発行|変更)",
            r"iPad|タブレット|スマートフォン|USB|セキュリティロック|ドア|鍵|キャビネット|ファイル(?:が|の)ロック",
        ),
        beside=BESIDE,
        innocent=INNOCENT,
        nouns=frozenset({"system_name"}),
    )
    phrases = (
        Phrase("requester_phone", EXTENSION, asks=False),
        Phrase("department", INTRODUCES, asks=False),
    )
    deadlines = unlock_deadlines(2, 4, 5, 6)
    ledgers = (ACCOUNT_REGISTER.id,)
    ledger = ACCOUNT_REGISTER.id
    systems: ClassVar = dict(SYSTEMS)
    act_steps = (4,)
    record_step = 5
    mail_step = 6
    phone_step = 7

    def system(self, values: Plain) -> str:
        """The system named, the directory where none is."""
        return str(values.get("system_name") or "ad")
