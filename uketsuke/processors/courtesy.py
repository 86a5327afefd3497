"""Words that say nothing about what is wanted: greetings, thanks in advance, particles, polite endings.

What is left of a sentence without them and without the values read from it is
something that nobody has understood. Words are listed that may be passed over,
never words that may not: a language has no end of ways to take something back.
"""

from __future__ import annotations

import re

_GREETINGS = (
    r"(?:いつも|平素(?:より|は)?|日頃(?:より|は)?|大変|格別の|ご高配を|賜り)+",
    r"お世話に?(?:なって(?:おり|い)ます|なります|様です|さまです)",
    r"お疲れ(?:様|さま)(?:です|でございます)",
    r"[^。、\n]{0,20}の候、?[^。\n]{0,40}申し上げます",
    r"^[ \t]*[^\s、。:]{1,12}(?:様|さま|殿|御中|各位)(?=[\s、,(]|$)(?:[ \t]*\((?:cc|写)[^()\n]{0,20}\))?",
    r"(?:情報|システム|IT)*ヘルプデスク(?:ご?担当者?)?|ご?担当者(?:様|さま)?|御中|各位",
    r"(?:突然|度々|たびたび)(?:の(?:ご連絡|メール))?",
    r"(?:\w{1,12}から送信|Sent from my \w{1,12}|Get Outlook for \w{1,12})[ \t]*$",
)
_THANKS = r"(?:誠に|どうも|本当に|大変)?ありがとうござい(?:ます|ました)"
_THANKS_FOR = (
    rf"[^。、\n]{{0,20}}(?:いただき|頂き|くださり|下さり)(?:まして)?、?{_THANKS}",
    rf"(?:先日|先般|この度|このたび)は|{_THANKS}",
)
_CLOSINGS = (
    r"(?:どうぞ|何卒|なにとぞ|それでは|引き続き)|(?:よろ|宜)しく",
    r"(?:誠に|大変)?(?:恐れ入り|恐縮)(?:ます|です)(?:が)?|(?:誠に)?(?:勝手|急)(?:ながら|で恐縮ですが)",
    r"お忙しい(?:ところ|中|なか)|お手数(?:を)?(?:(?:お)?かけ(?:いた|致)?し(?:ます|て)|です)?(?:が)?",
    r"すみません(?:が)?|申し訳(?:あり|ござい)ません(?:が)?|失礼(?:いた|致)?します|取り?急ぎ(?:、?ご(?:連絡|報告))?",
    r"以上、|お?取り計らい(?=願|くださ|のほど)|追加(?:で|の)|(?:が|けど)、?よろしいでしょうか|の手配",
    r"ご(?:対応|確認|手配|査収|検討|了承)(?:の(?:ほど|程|うえ|上))?",
    r"(?:と)?(?:幸い|幸甚)(?:です|に存じます)|助かります",
    r"ご?都合が(?:悪い|つかない|合わない)(?:場合|とき|時)は?、?ご(?:一報|連絡)",
    r"ご都合は?(?:いかが|よろしい|大丈夫)でしょうか",
    r"(?:伺|うかが|お持ちし|持参し|持って(?:い|行))っ?ても?(?:よろしい|いい|大丈夫)(?:でしょう|です)か",
    r"(?:ご)?不明な?点[^。\n]{0,24}(?:連絡|お知らせ)(?:を)?|日程は?お任せ",
)
_FRAME = (
    r"(?:標[記題]|[表首掲]題)(?:の件)?(?:に(?:ついて|つきまして|関して))?",
    r"(?:下記|以下|次)の?(?:とおり|通り|内容で|もの|端[子末])?|^[ \t]*(?:記|以上)[ \t]*$",
    r"(?:の)?件(?:に(?:ついて|つきまして))?|に(?:ついて|つきまして|関して)|さて|つきましては",
    r"ご?(?:連絡|報告|相談|メール)(?!ください|下さい|を?(?:お願い|いただ|頂)|願)(?:を)?(?:(?:いた|致)?しました|差し上げました)?|申請|依頼|受付|お?手続き?(?=を|の|に|$)|日程のご?調整|日程ご?調整",
    r"(?<![済未])対応(?=を|いただ|頂|お願|の[ほ程])",
    r"^[ \t]*\d{1,2}[ .)](?!\d)|担当|内線",
    r"(?:出張|在宅(?:勤務)?|テレワーク|外出|訪問|調査|研修|訓練|会議|業務)用(?:に|の|として)",
    r"私|当[課係方部室]|小職|現在|今回|(?:この|その)(?:度|たび)|(?:(?<=\s)|(?<=^))[一-龠ァ-ヶ]{1,6}係(?=[\sの])",
)
_ENDINGS = (
    r"お願い(?:し|いたし|致し|申し上げ|申しあげ)?(?:ます|たく|たい|でき(?:ます(?:でしょう)?か|ないでしょうか|れば))?",
    r"お?願い?(?:い?ます)|(?:させて|して)(?=いただ|頂|くださ|下さ)",
    r"(?:いただけ|頂け|もらえ)(?:ない|ません|ます)?(?:でしょうか|か|と|れば|ば)?",
    r"(?:いただき|頂き|いただ[くけ]|頂く)(?:ます(?:よう)?|たく|たい|まして)?|くださいま(?:せ|すよう)|ください|下さい",
    r"(?:し|致し|いたし)(?:ます(?:ので)?|たく|たい(?:ので)?|まして)|でき(?:ます(?:でしょう)?か|ないでしょうか)",
    r"と?(?:考えて|思って|存じて|予定して)(?:おり|い)ます|と?(?:思い|考え|存じ)ます|予定(?:です)?",
    r"お?急ぎ(?:では)(?:あり|ござい)ません(?:が)?",
    r"希望(?:日|者)?(?:し|いたし|致し)?(?:ます|て(?:おり|い)ます|です)?",
    r"でしょうか|でございます|と申します|と(?:なり|いたし|し)ます|になります|です(?:が)?|ますが|ますので|いたしたく",
    r"(?:より|として|にて|の方|ほう|まして|おります|あります(?:が)?|ございます)",
)
_TIMES = (
    r"(?<!\d)\d{1,2}(?::\d{2}|時(?:半|\d{1,2}分)?)(?:頃|ごろ)?(?:の間|から|まで)?|の間|中(?=[をにで])",
    r"午[前後](?:中)?|[AP]M|朝|夕方|本日(?=より)",
)
_PARTICLES = (
    r"[をにはがのでへ]",
    r"(?:の|に|も)?(?:ほど|程|うえ)",
    r"[\s、。,.!()\[\]【】<>・:;~ー―\-_=━─…*#※■□◆◇●○|│\ufdd0\ufdd1]+",
)


def _pattern(*groups: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(piece for group in groups for piece in group), re.MULTILINE | re.IGNORECASE)


_WORDS = (_CLOSINGS, _FRAME, _ENDINGS, _TIMES, _PARTICLES)
_ANY = _pattern(_GREETINGS, _THANKS_FOR, *_WORDS)
_NO_THANKS = _pattern(_GREETINGS, *_WORDS)
_PUNCTUATION = re.compile(r"[\s、。,.!()\[\]【】<>・:;~ー―\-_=━─…*#※■□◆◇●○|│\ufdd0\ufdd1]+")


def leftover(text: str, *harmless: str, thanks: bool = True) -> str:
    """What of a folded text is neither courtesy nor matched by one of the patterns that are `harmless` here.

    Without `thanks` a word of thanks is left over too: it may be all that a mail says.
    """
    for pattern in harmless:
        text = re.sub(pattern, " ", text, flags=re.IGNORECASE | re.MULTILINE)
    rest = (_ANY if thanks else _NO_THANKS).sub("\0", text).replace("\0", "")
    return _PUNCTUATION.sub(" ", rest).strip()


def without_closings(text: str) -> str:
    """The text without polite closings, which have conditions of their own (ご都合が悪い場合はご一報…)."""
    return _CLOSED.sub(" ", text)


_CLOSED = _pattern(_CLOSINGS)
