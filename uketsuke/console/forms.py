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
from uketsuke.intake.files import MOST_FILES
from uketsuke.intake.form import Upload

MAX_FIELDS = 400
MAX_TABLE_FIELDS = 8_000
"""Of a form of our own: five hundred rows of a dozen cells."""
MAX_PART = 256 * 1024
MAX_WITH_FILES = 12_000_000
"""Bytes of a form that may carry files: `form_page.MAX_FILES` and the words around them."""
WITH_FILES = frozenset({"/forms/{service}"})
"""Routes whose form may carry files; every other one is refused with the first."""
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Sent:
    """The text fields of one form, in the order sent, and the files where it may carry them."""

    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[Upload, ...] = ()

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
    path = request.scope["route"].path
    if request.method in READS or (request.method, path) in MACHINES:
        return Sent()
    if not _is_from_here(request):
        raise HTTPException(403, "csrf")
    most = _most_files(request) if path in WITH_FILES else 0
    fields = MAX_TABLE_FIELDS if path.startswith("/forms/") else MAX_FIELDS
    async with request.form(max_files=most, max_fields=fields, max_part_size=MAX_PART) as form:
        found = Sent(_text_fields(form), await _files(form))
    # A public form belongs to the browser and not to whoever is signed in in it.
    guest = is_public(request.method, path)
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


def _most_files(request: Request) -> int:
    """How many files are looked at; 413 for a form that is too large or does not say how large it is."""
    if not request.headers.get("content-type", "").startswith("multipart/"):
        return 0
    length = request.headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > MAX_WITH_FILES:
        raise HTTPException(413)
    return MOST_FILES + 1


async def _files(form: FormData) -> tuple[Upload, ...]:
    """The files chosen; a control in which nothing was chosen sends one without a name."""
    uploads = [one for _, one in form.multi_items() if isinstance(one, UploadFile) and one.filename]
    return tuple([Upload(str(one.filename), one.content_type or "", await one.read()) for one in uploads])


def _text_fields(form: FormData) -> tuple[tuple[str, str], ...]:
    """Without NUL, which nobody types and PostgreSQL does not take."""
    fields = form.multi_items()
    return tuple((key, value.replace("\0", "")) for key, value in fields if not isinstance(value, UploadFile))


Form = Annotated[Sent, Depends(sent)]
