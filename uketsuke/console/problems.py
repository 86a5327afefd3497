"""Every answer that is not the page asked for: what failed, what was not changed, what to do (UX 4).

These pages read nothing from the database, because it may be what failed (AP-9).
"""

from __future__ import annotations

import secrets
from typing import cast
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from uketsuke.console.api_problems import API, problem
from uketsuke.console.guard import add_headers
from uketsuke.console.site import SignInNeeded, site_of
from uketsuke.domain.receipt import WrongReceiptNumber
from uketsuke.errors import NotAllowed, NotFound, SamePerson, StaleVersion, TryLater
from uketsuke.log import logger
from uketsuke.processors.catalogue import UnknownService
from uketsuke.store.repository import StaleState
from uketsuke.store.waits import WaitAnswered

_KNOWN = frozenset({401, 403, 404, 405, 409, 413, 422, 429, 503})
log = logger(__name__)


def add_problem_pages(web: FastAPI) -> None:
    """Answer every foreseen error, and any other, with a page in Japanese and no traceback."""
    web.add_exception_handler(SignInNeeded, _sign_in)
    web.add_exception_handler(HTTPException, _http)
    web.add_exception_handler(RequestValidationError, lambda request, error: say(request, 404, "page"))
    web.add_exception_handler(NotFound, lambda request, error: say(request, 404, "page"))
    web.add_exception_handler(WrongReceiptNumber, lambda request, error: say(request, 404, "number"))
    web.add_exception_handler(SamePerson, lambda request, error: say(request, 403, "person"))
    web.add_exception_handler(NotAllowed, lambda request, error: say(request, 409, "state"))
    web.add_exception_handler(UnknownService, lambda request, error: say(request, 422))
    web.add_exception_handler(StaleVersion, lambda request, error: say(request, 409, "stale"))
    # Somebody else was first with a letter, a step or a piece of work.
    for first in (StaleState, WaitAnswered):
        web.add_exception_handler(first, lambda request, error: say(request, 409, "stale"))
    web.add_exception_handler(TryLater, lambda request, error: say(request, 503, "database"))
    # A database that cannot be opened at all; what it says is for the log, not for the page.
    for kind in (OperationalError, InterfaceError):
        web.add_exception_handler(kind, lambda request, error: say(request, 503, "database"))
    web.add_exception_handler(Exception, _unforeseen)


def say(request: Request, status: int, about: str = "") -> Response:
    """A page that says what happened; `about` chooses between several causes of one status."""
    code = status if status in _KNOWN else 500
    number = secrets.token_hex(4) if code >= 500 else ""
    if number:
        # The route's pattern and not the address: a status page's address is a key.
        route = getattr(request.scope.get("route"), "path", None)
        log.warning("page_failed", error_number=number, status=code, route=route)
    answer: Response
    if request.url.path.startswith(API):
        answer = problem(code, about or "other", error_number=number)
    else:
        answer = site_of(request).pages.answer(
            "problem.html", code, status=code, about=about, error_number=number
        )
    if code == 503:
        answer.headers["Retry-After"] = "15"
    return answer


def _sign_in(request: Request, error: Exception) -> Response:
    if request.method != "GET":
        return say(request, 401)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    address = f"/sign-in?next={quote(wanted, safe='')}"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address if wanted != "/" else "/sign-in", 303)


def _http(request: Request, error: Exception) -> Response:
    found = cast(HTTPException, error)
    return say(request, found.status_code, str(found.detail))


def _unforeseen(request: Request, error: Exception) -> Response:
    """Starlette answers with it from outside every middleware, so the headers are put on here."""
    answer = say(request, 500)
    add_headers(answer.headers, request.url.path)
    return answer
