"""What went wrong, for programs: application/problem+json (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

API = "/api/"
"""Begins the addresses whose problems are told so."""


def problem(status: int, code: str, detail: str = "", **more: Any) -> JSONResponse:
    """The answer; `code` is the stable end of its type, `detail` is for people."""
    told = {
        "type": f"urn:uketsuke:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **more,
    }
    return JSONResponse(told, status, media_type="application/problem+json")
