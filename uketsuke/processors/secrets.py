"""Passwords that people write into messages: nobody needs them, so nobody sees them (EU-3, FR-11).

What is covered keeps its length, so that every span of the text stays true. Covered
text is recognised again, so that covering twice changes nothing and the doubt stays.
"""

from __future__ import annotations

import re

from uketsuke.domain.content import Content, FormValue
from uketsuke.domain.text import fold, fold_marked

_NAME = r"(?:パスワード|パスコード|暗証番号|(?<![a-z])(?:password|passwd|passcode|pass|pwd?)(?![a-z]))"
_NOT = r"(?!https?:|\d{4}/\d|\d{1,2}/\d{1,2}(?!\d)|\d{1,2}:\d{2}(?!\d))"
"""Addresses, days and times stand behind the word without being one."""
_GAP = r"(?:\s{0,9}|\s{0,3}\n(?:>[ \t]?){1,5}\s{0,3})"
"""Blanks, or the next line of a quoted text with its marks (RFC 3676 4.5)."""
_TOLD = rf"{_NAME}[\])】」]?\s{{0,9}}(?:は、?|[:=]){_GAP}[「『\"'(]?{_NOT}(?P<told>[!-~]{{4,}})"
_LISTED = rf"^(?:>[ \t]?){{0,5}}[ \t]{{0,9}}[\[【]{_NAME}[\]】]{_GAP}{_NOT}(?P<listed>[!-~]{{4,}})"
_MIXED = r"(?:(?=[!-~]{0,63}[a-z])(?=[!-~]{0,63}[0-9])[!-~]{6}|\*{6})[!-~]*"
"""Letters and figures in one: beside a weaker word only that is taken for one."""
_BESIDE = rf"{_NAME}[ \t\n\]】をにがで、「『(\[]{{1,4}}{_NOT}(?P<beside>{_MIXED})"
_BEFORE = rf"(?<![!-~])(?P<before>{_MIXED})[」』\"']?(?:という|(?:を|が)(?:新しい|新|仮|初期)?)パスワード"
_SECRET = re.compile("|".join((_TOLD, _LISTED, _BESIDE, _BEFORE)), re.IGNORECASE | re.MULTILINE)
_LABEL = re.compile(rf"^\W*(?:新しい|新|仮|初期|現在の|希望)?{_NAME}\W*$", re.IGNORECASE)
_COVER = "*"


def holds_secret(text: str) -> bool:
    """Whether a password is written in a text, covered or not."""
    return _SECRET.search(fold(text)) is not None


def covered(text: str) -> str:
    """The text with every password in it covered; lengths stay."""
    if not holds_secret(text):
        return text
    marked = fold_marked(text)
    chars = list(text)
    for found in _SECRET.finditer(marked.text):
        group = found.lastgroup or "told"
        start, end = marked.span(*found.span(group))
        chars[start:end] = _COVER * (end - start)
    return "".join(chars)


def without_secrets(content: Content) -> Content:
    """The message with passwords covered wherever people could read them; raw bytes stay as they are."""
    parts = ("subject", "text", "signature", "quoted_text", "full_text")
    fresh: dict[str, object] = {name: covered(getattr(content, name)) for name in parts}
    fresh["values"] = tuple(map(_covered_value, content.values))
    fresh["attachments"] = tuple(
        one.model_copy(update={"filename": covered(one.filename)}) for one in content.attachments
    )
    fresh["sender"] = content.sender.model_copy(update={"display": covered(content.sender.display)})
    changed = {name: value for name, value in fresh.items() if value != getattr(content, name)}
    return content.model_copy(update=changed) if changed else content


def _covered_value(value: FormValue) -> FormValue:
    """A field that is called so holds nothing else."""
    if _LABEL.match(fold(value.label)) and re.search(r"[!-~]{4,}", fold(value.value)):
        return value.model_copy(update={"value": _COVER * len(value.value)})
    return value.model_copy(update={"value": covered(value.value)})
