"""操作記録: the audit log looked through, written out, and checked (UX 5.9)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from uketsuke.console.access import may_open
from uketsuke.console.audit_page import csv_of, numbers_of, search_of
from uketsuke.console.forms import Form, Sent
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.site import Here, Signed, actor
from uketsuke.console.views.audit import KINDS, SIZE, Asked, check, line
from uketsuke.console.views.misses import SHOWN, miss_lines
from uketsuke.queue import auditing

router = APIRouter()
PAGE = "/audit"
AT_ONCE = 2.0
"""Seconds of checking in one answer; what is left goes on with the next press, by script or by hand."""


@router.get("/audit")
def show_log(
    request: Request,
    site: Here,
    visitor: Signed,
    since: str = "",
    until: str = "",
    who: str = "",
    about: str = "",
    kind: str = "",
    before: int | None = None,
    after: int | None = None,
) -> Response:
    """The entries that were asked for, newest first."""
    asked = Asked(since.strip(), until.strip(), who, about.strip(), kind)
    with site.app.database.reading() as tx:
        naming, search = naming_of(site, tx), search_of(site, tx, asked)
        found = [] if search.wrong else tx.audit.found(search.wanted, SIZE + 1, before=before, after=after)
        # One more than is shown tells whether there is more on that side.
        more, shown = len(found) > SIZE, found[-SIZE:] if after is not None else found[:SIZE]
        may_look = may_open("GET", "/requests/{number}", visitor.roles)
        numbers = numbers_of(tx, shown)
        return answer(
            site,
            "audit.html",
            frame_of(request, site, tx, visitor, "audit"),
            422 if search.wrong else 200,
            asked=asked,
            wrong=search.wrong,
            lines=[line(one, numbers.get(one.request_id or 0, ""), may_look, naming) for one in shown],
            newer=shown[0].id if shown and (more if after is not None else before is not None) else 0,
            older=shown[-1].id if shown and (after is not None or more) else 0,
            kinds=[(code, site.words(f"audit.kind.{code}")) for code in KINDS],
            people=_people(naming.people, site.words.under("history.who")),
            misses=miss_lines(tx.misses.latest(SHOWN), naming),
            goes_on=request.query_params.get("check") == "on",
            check=check(auditing.last_check(tx), auditing.progress(tx), naming),
        )


@router.post("/audit/export")
def export_log(site: Here, visitor: Signed, form: Form) -> Response:
    """The same entries as a file, all pages of them; that it was written out stands in the log."""
    asked = _asked(form)
    with site.app.database.transaction("audit-export") as tx:
        search, last = search_of(site, tx, asked), tx.audit.head()[0]
        if search.wrong:
            raise HTTPException(422, "form")
        facts = {name: value for name, value in vars(asked).items() if value} | {"last": last}
        tx.audit.append(at=tx.now, actor=visitor.login, action="audit-export", subject="audit", facts=facts)
    name = quote(f"操作記録_{site.app.today():%Y%m%d}.csv")
    return StreamingResponse(
        csv_of(site, search.wanted, last),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename=\"audit.csv\"; filename*=UTF-8''{name}"},
    )


@router.post("/audit/verify")
def verify_log(request: Request, site: Here, visitor: Signed, form: Form) -> Response:
    """検査, from the first entry or on from where it is."""
    if form.one("go") != "on":
        auditing.begin(site.app, actor(visitor))
    ended = auditing.go_on(site.app, actor(visitor), AT_ONCE)
    return go(request, PAGE if ended else f"{PAGE}?check=on", Said("audit-checked") if ended else None)


def _asked(form: Sent) -> Asked:
    return Asked(*(form.one(name) for name in ("since", "until", "who", "about", "kind")))


def _people(people: Mapping[str, str], programs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everybody who may stand in the log: those who sign in by name, then programs and requesters."""
    named = sorted(people.items(), key=lambda one: one[1])
    return [(login, f"{name}（{login}）") for login, name in named] + list(programs.items())
