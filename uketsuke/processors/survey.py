"""Mails in which a relay reports the answers of a registered form (CMS questionnaire, path `cms-survey`).

Only the relay's address over a proven path together with a registered form id makes such
a mail credible; what its form says then counts as typed, not as written by the relay.
The layout is read exactly: head lines, a rule, `[label]` lines each followed by its
value, a rule, a closing remark. Head and foot are the machine's words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime

from uketsuke.domain.calendar import JST
from uketsuke.domain.content import Channel, Content, Kind
from uketsuke.domain.people import RegisteredForm
from uketsuke.domain.text import fold, label_key
from uketsuke.domain.world import World
from uketsuke.processors.labels import Pair, find_pairs

FORM_ID = "form_id"
"""Key in `Content.extra`: only `recognised` puts it into a mail."""
_ID = re.compile(r"^アンケート番号[ \t]*:[ \t]*([0-9A-Za-z-]{1,20})[ \t]*$", re.MULTILINE)
_ANSWERED = re.compile(
    r"^回答日時[ \t]*:[ \t]*(\d{4}[/-]\d{1,2}[/-]\d{1,2})[ \t]+(\d{1,2}:\d{2}(?::\d{2})?)[ \t]*$",
    re.MULTILINE,
)
_RULE = re.compile(r"^-{8,}[ \t]*$", re.MULTILINE)
_LABEL = re.compile(r"^\[([^\[\]\n]{1,40})\][ \t\u3000]*$", re.MULTILINE)
_MACHINES = frozenset({None, Kind.AUTOMATIC})
"""A relay may mark its mail as automatic; lists, bounces and our own mail are never forms."""


def recognised(content: Content, world: World, *, proven: bool) -> Content:
    """The content as a form's answer, where it is one: the machine's words blanked, lengths kept.

    `proven` says whether the mail's path is; everything else stays as it is.
    """
    body = _RULE.search(content.text)
    if not (proven and body and content.channel is Channel.MAIL and content.automatic_kind in _MACHINES):
        return content
    head = fold(content.text[: body.start()])
    form_id = _ID.search(head)
    if not form_id or world.form(content.sender.address or "", form_id[1]) is None:
        return content
    last = [*_RULE.finditer(content.text)][-1]
    start, end = body.end(), last.start() if last.start() > body.end() else len(content.text)
    text = _blank(content.text[:start]) + content.text[start:end] + _blank(content.text[end:])
    fresh = {
        "text": text,
        "automatic": None,
        "automatic_kind": None,
        "submitted_at": _answered_at(head),
        "extra": {**content.extra, FORM_ID: form_id[1]},
    }
    return content.model_copy(update=fresh)


def is_survey(content: Content) -> bool:
    """Whether it is a form's answer that a relay has mailed."""
    return content.channel is Channel.MAIL and FORM_ID in content.extra


def form_of(content: Content, world: World) -> RegisteredForm | None:
    """The registered form that a relay's mail comes from."""
    if not is_survey(content):
        return None
    return world.form(content.sender.address or "", content.extra[FORM_ID])


def pairs_of(content: Content, text: str, known: Collection[str]) -> tuple[Pair, ...]:
    """Labels and values of a message: by the relay's layout, or as people write them."""
    return tuple(_listed(text)) if is_survey(content) else find_pairs(text, known)


def _listed(text: str) -> Iterator[Pair]:
    """Every `[label]` line with what stands up to the next one."""
    labels = list(_LABEL.finditer(text))
    ends = [*(label.start() for label in labels[1:]), len(text)]
    for label, end in zip(labels, ends, strict=False):
        value = text[label.end() : end]
        start = label.end() + len(value) - len(value.lstrip())
        stop = max(start, label.end() + len(value.rstrip()))
        yield Pair(label[1], label_key(label[1]), min(start, stop), stop)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _answered_at(head: str) -> datetime | None:
    found = _ANSWERED.search(head)
    if found is None:
        return None
    try:
        day = "-".join(f"{int(part):02}" for part in re.split(r"[/-]", found[1]))
        return datetime.fromisoformat(f"{day}T{found[2]:0>5}").replace(tzinfo=JST)
    except ValueError:
        return None
