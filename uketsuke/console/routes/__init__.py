"""The console's routes, one module per page."""

from uketsuke.console.routes import (
    decide,
    follow_up,
    health,
    inquiry,
    ledgers,
    note,
    original,
    outbox,
    request,
    search,
    sign_in,
    status,
    stopped,
    tray,
    work,
)

ROUTERS = (
    health.router,
    sign_in.router,
    tray.router,
    note.router,
    search.router,
    request.router,
    decide.router,
    follow_up.router,
    inquiry.router,
    original.router,
    work.router,
    outbox.router,
    stopped.router,
    ledgers.router,
    status.router,
)
