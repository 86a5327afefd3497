"""e-KOBE staff IDs locked after wrong passwords (catalogue/kobe.yaml `ekobe-unlock`, 000:15)."""

from __future__ import annotations

from typing import ClassVar, Literal

from uketsuke.domain.request import Plain, Rule, Widget, field
from uketsuke.processors.base import Phrase, Words
from uketsuke.processors.common_fields import RequesterFields, remarks_field
from uketsuke.processors.kobe.ledgers import EKOBE_ACCOUNTS
from uketsuke.processors.phrases import EXTENSION, INTRODUCES
from uketsuke.processors.shapes.account_unlock import BESIDE, INNOCENT, AccountUnlock, unlock_deadlines

_WORDS = {"prod": ("本番", "本番環境"), "verify": ("検証", "検証環境")}


class EkobeUnlockRequest(RequesterFields):
    """Whose e-KOBE ID is locked."""

    account_id: str = field(
        "職員用ID",
        aliases=("職員用ＩＤ", "アカウントID", "ログインID", "ID"),
        rule=Rule.ACCOUNT,
        ledger=EKOBE_ACCOUNTS.id,
        required=True,
        max_length=64,
        help="K で始まる7桁の番号です。",
    )
    environment: Literal["prod", "verify"] = field(
        "環境",
        aliases=("対象環境",),
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words=_WORDS,
        default="prod",
    )
    cms_login_name: str | None = field(
        "CMSログイン名",
        aliases=("ログイン名", "回答者"),
        rule=Rule.TEXT,
        max_length=64,
        help="庁内アンケートの回答者のログイン名です。本人を探すために使います。",
    )
    remarks: str | None = remarks_field()


class EkobeUnlock(AccountUnlock):
    """e-KOBEの職員用IDのパスワード初期化とロック解除。"""

    id = "ekobe-unlock"
    title = "e-KOBEアカウントロック解除（職員用ID）"
    city = "kobe"
    request = EkobeUnlockRequest
    words = Words(
        named=(
            r"e-?KOBE(?=[^。\n]{0,40}?(?:ロック|ログイン(?:が)?でき|入れな|入れません))",
            r"職員用ID(?=[^。\n]{0,40}?(?:ロック|ログイン(?:が)?でき))",
            r"ロック(?=[^。\n]{0,20}?(?:職員用ID|e-?KOBE))",
            r"アカウント(?:の)?ロック(?:の|を)?解除",
        ),
        hints=(r"e-?KOBE", r"職員用ID", r"ロック", r"ログイン", r"パスワード", r"K[0-9]{7}"),
        others=(
            r"iPad|タブレット|LTE|2in1|パソコン|端末|kintone|電子契約|クラウドサイン|intra-?mart",
            r"フォーム(?:の|を)?(?:公開|確認)|お試し|仮申請|利用申請|(?:アカウント|職員用ID|ID)の?(?:削除|廃止|新規|追加|作成|登録|変更)",
        ),
        beside=(r"e-?KOBE", r"職員用|環境", r"パスワードの?初期化|初期パスワード", *BESIDE),
        innocent=INNOCENT,
        nouns=frozenset({"environment"}),
    )
    phrases = (
        Phrase("requester_phone", EXTENSION, asks=False),
        Phrase("department", INTRODUCES, asks=False),
    )
    deadlines = unlock_deadlines(2, 3, 4, 5, 6)
    ledgers = (EKOBE_ACCOUNTS.id,)
    ledger = EKOBE_ACCOUNTS.id
    systems: ClassVar = {"ekobe_prod": "e-KOBE", "ekobe_verify": "e-KOBE（検証環境）"}
    act_steps = (3, 4)
    deliver_step = 5
    mail_step = 6

    def system(self, values: Plain) -> str:
        """`ekobe_prod`, or `ekobe_verify` for the verification environment."""
        return f"ekobe_{values.get('environment') or 'prod'}"
