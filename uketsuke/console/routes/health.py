"""For monitors: is the process there, and can it work?"""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.exc import DBAPIError
from starlette.responses import JSONResponse, Response

from uketsuke.console.site import Here
from uketsuke.errors import TryLater, UketsukeError

router = APIRouter()


@router.get("/healthz")
def show_alive() -> Response:
    """Answers as long as the process does."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def show_ready(site: Here) -> Response:
    """503 while the database does not answer or holds tables of another version."""
    try:
        site.app.database.check_revision()
    except (TryLater, DBAPIError):
        return JSONResponse({"status": "database"}, 503)
    except UketsukeError:
        return JSONResponse({"status": "revision"}, 503)
    return JSONResponse({"status": "ok"})
