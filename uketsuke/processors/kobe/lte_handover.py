"""LTE dongles: distribution, exchange of a broken one, return (catalogue/kobe.yaml `lte-handover`, 000:6)."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from uketsuke.domain.request import Plain, Rule, Widget, field
from uketsuke.processors.base import Phrase, Words
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.kobe.ledgers import LTE_LEDGER
from uketsuke.processors.phrases import EXTENSION, INTRODUCES
from uketsuke.processors.shapes.device_handover import DeviceHandover, handover_deadlines
from uketsuke.processors.shapes.device_loss import is_lost, loss_field

_OUT = frozenset({"distribution", "failure_exchange"})
_BACK = frozenset({"failure_exchange", "return"})

_BROKEN = re.compile(
    r"^(?P<value>[^。\n]{0,200}(?:つなが|繋が|点灯|点滅|動か|動きま|壊れ|破損|故障し|認識し|認識さ|反応し"
    r"|電源が|起動し|映ら|使えな|使えま|切断|途切れ|切れる|ぐらつ|膨らみ|膨張|割れ|圏外|充電[がはも]?でき|電波|異音|エラー)[^。\n]{0,200})",
    re.MULTILINE,
)
_PURPOSE = re.compile(r"(?:目的|用途)は、?(?P<value>[^。\n]{1,60}?)(?:です|になります|でございます)")
_USER = re.compile(r"(?:利用|使用)者は、?(?P<value>[^。、\n]{1,20}?)(?:です|になります|でございます)")
_COUNTED = re.compile(
    r"(?<![\d~、,・.-])(?P<value>(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?[本台個つ])(?!ずつ|目|\s*数|[庁部社当])"
)


def _names_a_unit(values: Plain) -> bool:
    return values.get("kind") in _BACK or is_lost(values)


def _is_exchange(values: Plain) -> bool:
    return values.get("kind") == "failure_exchange" and not is_lost(values)


def _hands_over(values: Plain) -> bool:
    return not is_lost(values)


class LteHandoverRequest(CommonFields):
    """What must be known to hand LTE dongles out, take one back, or exchange one."""

    kind: Literal["distribution", "failure_exchange", "return"] | None = field(
        "申請区分",
        aliases=("区分", "種別", "申請内容"),
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words={
            "distribution": ("配布", "払出", "新規", "貸与"),
            "failure_exchange": ("故障交換", "故障", "交換"),
            "return": ("返却", "返納"),
        },
        required_when=_hands_over,
    )
    loss: Literal["lost", "stolen", "not_lost"] | None = loss_field()
    desired_date: date | None = field(
        "希望日",
        aliases=(
            *CommonFields.specs()["desired_date"].aliases,
            *("返却日", "返却予定日", "受取日", "受取予定日", "受渡日", "日程", "日にち"),
            *("返却日時", "受取日時", "受渡日時", "持参日", "交換日"),
        ),
        rule=Rule.DATE,
        widget=Widget.DATE,
    )
    quantity: int = field(
        "本数",
        aliases=("個数", "数量", "台数"),
        rule=Rule.COUNT,
        widget=Widget.NUMBER,
        default=1,
        ge=1,
        le=20,
    )
    current_asset_no: str | None = field(
        "LTE接続端子管理番号",
        aliases=("管理番号", "LTE管理番号", "端子番号", "接続端子番号"),
        rule=Rule.ASSET_NO,
        ledger=LTE_LEDGER.id,
        required_when=_names_a_unit,
        help="端子の裏のシールにある LTE- で始まる番号です。",
    )
    failure_detail: str | None = field(
        "故障内容",
        aliases=("症状", "不具合"),
        widget=Widget.LINES,
        required_when=_is_exchange,
        max_length=2000,
    )
    purpose: str | None = field("利用目的", aliases=("用途", "目的"), max_length=400)
    user_name: str | None = field(
        "利用者", aliases=("利用者名", "利用者氏名", "使用者", "使用者名"), rule=Rule.PERSON, max_length=60
    )


class LteHandover(DeviceHandover):
    """LTE接続端子の受払調整と管理台帳の更新。"""

    id = "lte-handover"
    title = "LTE接続端子（受払調整・管理台帳の更新）"
    city = "kobe"
    request = LteHandoverRequest
    words = Words(
        named=(
            r"LTE接続端[子末]",
            r"LTE端[子末]",
            r"接続端子",
            r"LTE(?=の|を|が|は|\s|$|hand)",
            r"LTEドングル",
        ),
        hints=(r"LTE", r"モバイル回線", r"ドングル", r"データ通信(?:端末|カード)"),
        others=(r"iPad", r"タブレット", r"2in1", r"スマートフォン", r"ダッシュボード"),
        beside=(
            r"(?:使用し|使わ)なくなった|不要[にと]なった|(?:(?:利用|使用)の?)?(?:目的|用途)|(?:利用|使用)者",
            r"(?:のよう|か?と思われ)(?:です|ます)(?:ので|が)?、?",
            r"(?:故障|破損)(?:し(?:て(?:しまっ|い))?た|の)(?:ため|ので)、?",
            r"(?:お)?受け?[取渡]り?に?(?:日|場所|行き(?:ます|たい))?(?!ください|下さい|願|いただ|に来)|受渡し?日?|(?:貴[課部])?窓口",
            r"(?:お)?(?:持参|持ち|持って(?:行き|いき|参り|伺い))(?:いた|致)?(?:し)?(?:ます|たい)?(?!を?お?願|を?いただ|して?くだ|くだ)",
            r"(?:取りに)?(?:お?伺い|うかがい|参り)(?:いた|致)?(?:し)?(?:ます|たい|たく)?|お?返し(?:いた|致)?し?(?:ます|たい|たく)|行き(?:ます|たい)",
            r"(?:お|当課で)?(?:借り(?:して)?|使用(?:して)?|利用)(?:して)?(?:いる|いた|おります|おりました|中の|したく|たく)?",
            r"端[子末]|管理番号|番号|代替[品機]と?|交換品|新品と?|新規?(?:しい)?(?:もの|端[子末])と?|日(?=は|を|\s)",
        ),
        keys=LTE_LEDGER.key_pattern,
    )
    phrases = (
        Phrase("failure_detail", _BROKEN, asks=False),
        Phrase("requester_phone", EXTENSION, asks=False),
        Phrase("department", INTRODUCES, asks=False),
        Phrase("quantity", _COUNTED),
        Phrase("purpose", _PURPOSE, asks=False),
        Phrase("user_name", _USER, asks=False),
    )
    deadlines = handover_deadlines(_OUT, _BACK)
    limits = {"quantity": 20}  # noqa: RUF012 - a declaration, read only
    not_covered = {"kind": ("廃棄", "解約", "機種変更", "譲渡", "移管", "名義")}  # noqa: RUF012 - likewise
    ledgers = (LTE_LEDGER.id,)
    ledger = LTE_LEDGER.id
    out_kinds = _OUT
    back_kinds = _BACK
    broken_kinds = frozenset({"failure_exchange"})
    desk = "デジタル戦略部"
    no_stock_rule = "LT-1"
    not_theirs_rule = "LT-2"
    loss_rule = "LT-3"
