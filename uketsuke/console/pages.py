"""Turns views into pages: one Jinja environment, escaping always on, unknown names refused."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

STATIC = Path(__file__).parent / "static"
STYLESHEETS = (
    "vendor/tokens.css",
    *(
        f"{name}.css"
        for name in (
            "product",
            "frame",
            "parts",
            "tray",
            "request",
            "inquiry",
            "work",
            "note",
            "form",
            "ledger",
            "requester",
            "narrow",
            "print",
        )
    ),
)


@cache
def static_address(name: str) -> str:
    """Where a file under `static` is served; the address changes with its content, so caches may keep it."""
    version = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={version}"


class Pages:
    """The console's templates, loaded once."""

    def __init__(self) -> None:
        """Load nothing yet; templates are read when first used."""
        self._environment = Environment(
            loader=PackageLoader("uketsuke.templates", "console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(static=static_address, stylesheets=STYLESHEETS)

    def text(self, template: str, values: Mapping[str, Any]) -> str:
        """Render to text; raises on a name the template uses and nobody gave."""
        return self._environment.get_template(template).render(values)

    def answer(self, template: str, code: int = 200, /, **values: Any) -> HTMLResponse:
        """Render to an answer."""
        return HTMLResponse(self.text(template, values), code)
