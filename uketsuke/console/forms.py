"""What a browser sent in a form, after the check that our own page sent it (FAULTS S5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from uketsuke.console.access import MACHINES, is_public
from uketsuke.console.cookies import GUEST, read_cookie
from uketsuke.console.guard import sends_no_referrer
from uketsuke.console.site import site_of, visitor_of
from uketsuke.console.visitor import Visitor, same

MAX_FIELDS = 400
MAX_PART = 256 * 1024
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Sent:
    """The text fields of one form, in the order sent."""

    fields: tuple[tuple[str, str], ...] = ()

    def one(self, name: str) -> str:
        """The last value of a field without surrounding blanks; empty when it was not sent."""
        return next((value.strip() for key, value in reversed(self.fields) if key == name), "")

    def many(self, name: str) -> list[str]:
        """Every value of a field that can be ticked several times."""
        return [value for key, value in self.fields if key == name]

    def number(self, name: str) -> int:
        """A field that our own page filled with a number; anything else is refused with 422."""
        text = self.one(name)
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise HTTPException(422, "form")
        return int(text)

    def under(self, prefix: str) -> dict[str, str]:
        """The fields `prefix…`, without the prefix."""
        return {key.removeprefix(prefix): value for key, value in self.fields if key.startswith(prefix)}


async def sent(request: Request, visitor: Annotated[Visitor | None, Depends(visitor_of)]) -> Sent:
    """Read the form of a changing request; 403 unless it carries the secret of this browser's session."""
    if request.method in READS or (request.method, request.scope["route"].path) in MACHINES:
        return Sent()
    if not _is_from_here(request):
        raise HTTPException(403, "csrf")
    async with request.form(max_files=0, max_fields=MAX_FIELDS, max_part_size=MAX_PART) as form:
        fields = _text_fields(form)
    found = Sent(fields)
    # A public form belongs to the browser and not to whoever is signed in in it.
    guest = is_public(request.method, request.scope["route"].path)
    expected = read_cookie(request, GUEST) if guest or visitor is None else visitor.csrf
    if not same(expected, found.one("csrf")):
        raise HTTPException(403, "csrf")
    return found


def _is_from_here(request: Request) -> bool:
    """Where the browser says that another site made it send this, no secret is worth looking at.

    Over plain http browsers say only Origin. Pages that send no Referer have none of theirs: `null`.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    if origin == "null":
        return sends_no_referrer(request.url.path)
    ours = {request.headers.get("host", ""), urlsplit(site_of(request).app.settings.console.base_url).netloc}
    return urlsplit(origin).netloc in ours - {""}


def _text_fields(form: FormData) -> tuple[tuple[str, str], ...]:
    """Without NUL, which nobody types and PostgreSQL does not take."""
    fields = form.multi_items()
    return tuple((key, value.replace("\0", "")) for key, value in fields if not isinstance(value, UploadFile))


Form = Annotated[Sent, Depends(sent)]
