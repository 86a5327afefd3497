"""New text apart from quoted text and signature; both are kept (DESIGN 13).

Line by line and in one pass. In doubt a line is new text: a value that is
missing is asked for, but a value read from a quote would be acted upon.
Nothing here reads values; it only says which lines are the sender's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WIDTH = 400
_MARK = re.compile(r"[ \t]{0,3}(?:[>＞]|\|[ \t])")
_DASHES = r"(?:-{2,}|_{2,}|={2,}|\*{2,}|━{2,}|─{2,})"
_CUT = re.compile(
    rf"[ \t]*{_DASHES}[ \t]*"
    r"(?:original (?:message|appointment)|forwarded (?:message|by .{0,80})|元のメッセージ"
    r"|転送メッセージ|転送されたメッセージ|ここから転送.{0,20}|オリジナル ?メッセージ|引用元)"
    rf"[ \t]*{_DASHES}?[ \t:：]*\Z"
    r"|[ \t]*begin forwarded message:[ \t]*\Z",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"[ \t*]*(from|sent|to|cc|date|subject|差出人|送信者|送信日時|日時|日付|宛先|件名)[ \t*]*[:：]",
    re.IGNORECASE,
)
_ORIGIN = ("from", "差出人", "送信者")
_ATTRIBUTION = re.compile(
    r"[ \t]*(?:on .{5,300} wrote:|le .{5,300} a écrit :|am .{5,300} schrieb.{0,200}:"
    r"|\d{4}[年/.-] ?\d{1,2}[月/.-] ?\d{1,2}日?.{0,300}(?:[:：]|書きました.?|wrote:)"
    r"|.{1,300}(?:さん|様|氏)?(?:は|が).{0,40}(?:書きました|書いています)[。:：]?"
    r"|.{0,200}の(?:メッセージ|メール)(?:より引用|から引用|[:：])"
    r"|\"?.{1,200}\"? <[^<>@ ]{1,64}@[^<> ]{1,253}> ?(?:wrote|さんは書きました|は書きました)[:：]?)[ \t]*\Z",
    re.IGNORECASE,
)
_ON = re.compile(r"[ \t]*on .{5,300}\Z", re.IGNORECASE)
_WROTE = re.compile(r".{0,300}wrote:[ \t]*\Z", re.IGNORECASE)
_RULE = re.compile(r"[ \t]*(?:[━─―＝=＊*_＿※☆★◇◆□■♪+#〜～~-][ \t]?){8,}[ \t]*\Z")
_CONTACT = re.compile(
    r"(?i)tel|fax|e-?mail|phone|℡|〒|電話|内線|直通|ダイヤル|https?://|\b0\d{1,4}-\d{1,4}-\d{3,4}|[\w.+-]{1,64}@[\w-]{1,63}\.\w"
)
_LABEL = re.compile(r"[ \t　]*([^\s:：]{1,20})[ \t　]*[:：]")
_CONTACT_LABEL = re.compile(
    r"(?i)(?:tel|fax|℡|電話|内線|直通|携帯|ダイヤル|e-?mail|mail|メール|url|http|https|web|hp|住所|〒|外線|phone).{0,12}\Z"
)
_HEADING = re.compile(r"[ \t　]*[\[【〔［■●◆▼◎・][^\n]{1,40}")
"""How survey mails and forms write a label on a line of its own."""
_SIGNATURE_LINES = 14
_SENT_FROM = re.compile(
    r"(?i)[ \t]*(?:sent from (?:my )?\w{1,20}|\w{1,20}から送信|get outlook for \w{1,20})[ \t.]*\Z"
)
"""What phones and tablets add; the name of the device is none that the mail is about."""


@dataclass(frozen=True)
class Layers:
    """The three layers of a text, each with the lines in their order."""

    new: str
    signature: str
    quoted: str


def separate(text: str) -> Layers:
    """Splits what the sender wrote now from what was quoted, and takes the signature off."""
    lines = text.split("\n")
    quoted = _find_quoted(lines)
    own = [line for line, is_quoted in zip(lines, quoted, strict=True) if not is_quoted]
    own, signature = _cut_signature(own)
    return Layers(
        new="\n".join(own).strip("\n").rstrip(),
        signature="\n".join(signature).strip("\n").rstrip(),
        quoted="\n".join(line for line, is_quoted in zip(lines, quoted, strict=True) if is_quoted).strip(
            "\n"
        ),
    )


def _find_quoted(lines: list[str]) -> list[bool]:
    """One flag per line. A cut line quotes all that follows; an attribution only itself and marked lines."""
    flags = [False] * len(lines)
    for at, line in enumerate(lines):
        short = line[:_WIDTH]
        if _CUT.match(short) or _starts_header_block(lines, at):
            begin = at - 1 if at and _RULE.match(lines[at - 1][:_WIDTH]) else at
            return flags[:begin] + [True] * (len(lines) - begin)
        if _MARK.match(short):
            flags[at] = True
        else:
            _flag_attribution(lines, at, flags)
    return flags


def _starts_header_block(lines: list[str], at: int) -> bool:
    """Outlook's block: 差出人 first, then at least two more of 送信日時, 宛先, 件名 in the next lines."""
    first = _HEADER.match(lines[at][:_WIDTH])
    if first is None or first[1].lower() not in _ORIGIN:
        return False
    return sum(bool(_HEADER.match(line[:_WIDTH])) for line in lines[at + 1 : at + 6]) >= 2


def _flag_attribution(lines: list[str], at: int, flags: list[bool]) -> None:
    """An attribution counts only when quoted lines follow it closely."""
    length = 0
    if _ATTRIBUTION.match(lines[at][:_WIDTH]):
        length = 1
    elif at + 1 < len(lines) and _ON.match(lines[at][:_WIDTH]) and _WROTE.match(lines[at + 1][:_WIDTH]):
        length = 2
    end = at + length
    while end < len(lines) and end < at + length + 2 and not lines[end].strip():
        end += 1
    if length and end < len(lines) and _MARK.match(lines[end][:_WIDTH]):
        flags[at:end] = [True] * (end - at)


def _cut_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """`-- ` (RFC 3676 4.3) always; a rule only before a short last block of contact lines."""
    for at, line in enumerate(lines):
        if line == "-- ":
            return lines[:at], lines[at:]
    filled = max((at + 1 for at, line in enumerate(lines) if line.strip()), default=0)
    lines = lines[:filled]
    if lines and _SENT_FROM.match(lines[-1][:_WIDTH]):
        return lines[:-1], lines[-1:]
    end = filled - 1 if lines and _RULE.match(lines[-1][:_WIDTH]) else filled
    for at in range(end - 1, max(end - _SIGNATURE_LINES - 2, -1), -1):
        if lines[at].rstrip() == "--" or _RULE.match(lines[at][:_WIDTH]):
            if any(map(str.strip, lines[:at])) and _is_signature(lines[at + 1 : end]):
                return lines[:at], lines[at:]
            return lines, []
    return lines, []


def _is_signature(block: list[str]) -> bool:
    """Contact lines, and no label that could be a field of a request."""
    labels = [match[1] for line in block if (match := _LABEL.match(line[:_WIDTH]))]
    if sum(not line.strip() for line in block) > 1 or any(_HEADING.match(line) for line in block):
        return False
    return any(_CONTACT.search(line[:_WIDTH]) for line in block) and all(map(_CONTACT_LABEL.match, labels))
