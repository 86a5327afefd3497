"""The status line that follows an action to the next page (UX 4), in a cookie that is read once."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.cookies import NOTICE, drop_cookie, read_cookie, set_cookie
from uketsuke.console.views.frame import Notice, Undo
from uketsuke.console.words import Words


@dataclass(frozen=True)
class Said:
    """What happened: a key of the console's words, its facts, and the request that can be undone."""

    key: str
    facts: dict[str, str | int] = field(default_factory=dict)
    undo: tuple[str, int] | None = None
    """Receipt number and version, where 取り消す is offered."""


def go(request: Request, address: str, said: Said | None = None) -> Response:
    """Send the browser to a page with GET; it will say there what happened."""
    answer: Response
    if request.headers.get("hx-request"):
        answer = Response(status_code=200, headers={"HX-Redirect": address})
    else:
        answer = RedirectResponse(address, 303)
    if said is not None:
        plain = json.dumps([said.key, said.facts, said.undo]).encode()
        set_cookie(answer, request, NOTICE, base64.urlsafe_b64encode(plain).decode())
    return answer


def notice_of(request: Request, words: Words) -> Notice | None:
    """What the last action left to say; None for nothing, and for a cookie that is not ours."""
    try:
        key, facts, undo = json.loads(base64.urlsafe_b64decode(read_cookie(request, NOTICE)))
        text = words(f"notice.{key}", **facts)
        taken_back = Undo(str(undo[0]), int(undo[1])) if undo else None
    except (ValueError, TypeError, KeyError, IndexError, binascii.Error):
        return None
    return Notice(text, taken_back)


def forget(response: Response, is_https: bool) -> None:
    """It has been said."""
    drop_cookie(response, is_https, NOTICE)
