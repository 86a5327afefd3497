"""What a mail server answered, in one Japanese sentence by the class of its reply (AP-50, UX 5.7).

The classes are those of RFC 5321 4.2.3 (three digits) and RFC 3463 (the enhanced code
behind them, which says more); the server's own words are kept for who wants them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uketsuke.console.words import Words

_REPLY = re.compile(
    r"(?:[\w-]+: )?(?P<code>[245]\d\d)(?:[ -](?P<enhanced>[245]\.\d{1,3}\.\d{1,3})(?!\d))?(?!\d)"
)


def cause_of(error: str | None, words: Words) -> str:
    """Why a letter has not left; empty where nothing went wrong."""
    if not error:
        return ""
    for key in _keys(error):
        if text := words.get(f"outbox.reply.{key}", ""):
            return text
    folded = error.casefold()
    known = words.under("outbox.cause").items()
    return next((text for said, text in known if said in folded), words("outbox.cause-other"))


def _keys(error: str) -> Iterator[str]:
    """From the most exact class to the widest."""
    reply = _REPLY.match(error)
    if reply is None:
        return
    if enhanced := reply["enhanced"]:
        yield from (enhanced, enhanced.rpartition(".")[0])
    yield from (reply["code"], reply["code"][0])
