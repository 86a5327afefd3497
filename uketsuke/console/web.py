"""The console as an ASGI application (UX 7): routes, static files, guard, pages for what goes wrong."""

from __future__ import annotations

import asyncio
from functools import cache

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from uketsuke.app import App
from uketsuke.console.forms import sent
from uketsuke.console.guard import Guard
from uketsuke.console.pages import STATIC, Pages
from uketsuke.console.problems import add_problem_pages
from uketsuke.console.routes import ROUTERS
from uketsuke.console.site import Site, admit
from uketsuke.console.slow import Sleep, Slow
from uketsuke.console.words import Words


def create_app(app: App, sleep: Sleep = asyncio.sleep) -> FastAPI:
    """Make the console over a running application; nothing is read or opened yet."""
    web = FastAPI(
        title="uketsuke",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        dependencies=[Depends(admit), Depends(sent)],
        middleware=[Middleware(Guard), Middleware(Slow, sleep)],
    )
    web.state.site = Site(app, *_texts(app.settings.language))
    for router in ROUTERS:
        web.include_router(router)
    web.mount("/static", StaticFiles(directory=STATIC))
    add_problem_pages(web)
    return web


@cache
def _texts(language: str) -> tuple[Pages, Words]:
    """Pages and their words: of the package, the same for every application in the process."""
    return Pages(), Words.load(language)
