"""職員と利用者: the directory and who signs in; roles are changed by somebody else, with a reason."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from uketsuke.console.forms import Form
from uketsuke.console.frames import answer, frame_of, naming_of
from uketsuke.console.notices import Said, go
from uketsuke.console.site import Here, Signed, Site, actor
from uketsuke.console.views.people import account_lines, person_row, post_lines, role_choices, sign_in_row
from uketsuke.console.views.tray import tray_row
from uketsuke.console.visitor import Visitor
from uketsuke.domain.states import Role
from uketsuke.errors import Incomplete, NotAllowed
from uketsuke.queue import sign_ins

router = APIRouter()
SHOWN = 50


@router.get("/settings/people")
def show_people(request: Request, site: Here, visitor: Signed, q: str = "") -> Response:
    """Everybody who signs in, and the people that the words find."""
    with site.app.database.reading() as tx:
        naming, today = naming_of(site, tx), site.app.today()
        found = tx.people.search(q, SHOWN) if q.strip() else []
        mark = tx.marks.get("import:people")
        frame = frame_of(request, site, tx, visitor, "people")
        return answer(
            site,
            "people.html",
            frame,
            sought=q,
            people=[person_row(one, today, naming) for one in found],
            users=[sign_in_row(one, naming) for one in tx.users.all()],
            imported=mark.at.date().isoformat() if mark else "",
        )


@router.get("/settings/people/{number}")
def show_person(request: Request, site: Here, visitor: Signed, number: str) -> Response:
    """One person: posts, what was and will be, accounts, open requests, sign-ins."""
    with site.app.database.reading() as tx:
        person = tx.people.get(number)
        if person is None:
            raise HTTPException(404)
        naming, today = naming_of(site, tx), site.app.today()
        frame = frame_of(request, site, tx, visitor, "people")
        mine = [one for one in tx.users.all() if one.employee_number == number]
        held = [*(one for one in person.posts if one.sections or one.persons), *tx.posts.of_person(number)]
        names = {one: found.name for post in held for one in post.persons if (found := tx.people.get(one))}
        return answer(
            site,
            "person.html",
            frame,
            person=person,
            row=person_row(person, today, naming),
            history=[person_row(one, today, naming) for one in tx.people.history(number)],
            posts=post_lines(held, names, today, naming),
            accounts=account_lines(tx.accounts.of_person(number), naming),
            requests=[tray_row(one, None, naming) for one in tx.requests.open_of_person(number)],
            users=[sign_in_row(one, naming) for one in mine],
        )


@router.get("/settings/sign-ins/{login}")
def show_sign_in(request: Request, site: Here, visitor: Signed, login: str) -> Response:
    """One sign-in with its roles."""
    return _sign_in(request, site, visitor, login)


@router.post("/settings/sign-ins/{login}")
def change_sign_in(request: Request, site: Here, visitor: Signed, login: str, form: Form) -> Response:
    """Other roles, or none to sign in with any more."""
    known = {role.value: role for role in sign_ins.GIVEN}
    if not set(form.many("role")) <= known.keys():
        raise HTTPException(422, "form")
    roles = [known[value] for value in form.many("role")]
    reason = form.one("reason")[:2000]
    try:
        sign_ins.change(site.app, actor(visitor), login, roles, form.one("active") == "1", reason)
    except Incomplete:
        return _sign_in(request, site, visitor, login, 422)
    except NotAllowed as error:
        return _sign_in(request, site, visitor, login, 409, error.why)
    return go(request, "/settings/people", Said("sign-in-changed", {"login": login}))


@router.post("/settings/sign-ins/{login}/close")
def close_screens(request: Request, site: Here, visitor: Signed, login: str, form: Form) -> Response:
    """Every open screen of the sign-in is closed."""
    try:
        sign_ins.close_screens(site.app, actor(visitor), login, form.one("reason")[:2000])
    except Incomplete:
        return _sign_in(request, site, visitor, login, 422)
    return go(request, "/settings/people", Said("sign-in-closed", {"login": login}))


def _sign_in(
    request: Request, site: Site, visitor: Visitor, login: str, status: int = 200, why: str | None = None
) -> Response:
    with site.app.database.reading() as tx:
        user = tx.users.get(login)
        if user is None:
            raise HTTPException(404)
        naming = naming_of(site, tx)
        why = why or sign_ins.hindrance(tx, actor(visitor), user)
        given = [role for role in sign_ins.GIVEN if role is not Role.ADMIN or Role.ADMIN in visitor.roles]
        frame = frame_of(request, site, tx, visitor, "people")
        return answer(
            site,
            "sign-in-roles.html",
            frame,
            status,
            row=sign_in_row(user, naming),
            roles=role_choices(user, given, naming),
            hindered=site.words(f"sign-in.{why}") if why else "",
            missing=status == 422,
        )
