"""Who may open what: one row per route, and what has no row is refused (FAULTS S3)."""

from __future__ import annotations

from uketsuke.domain.states import Role

PUBLIC: frozenset[Role] | None = None
"""No sign-in: monitors, the sign-in page, and pages of requesters and owners, whose address is their key."""
EVERYONE = frozenset(Role) - {Role.SYSTEM}
DESK = frozenset({Role.OPERATOR, Role.LEAD})
OFFICE = DESK | {Role.OFFICER}
OVERSEERS = frozenset({Role.LEAD, Role.ADMIN})
"""Who looks after people and roles."""

OFFICERS = frozenset({Role.OFFICER})
"""Who checks for the city's department what the desk has done."""
AUDITORS = frozenset({Role.OFFICER, Role.LEAD, Role.ADMIN})

_NO = "/requests/{number}"
TABLE: dict[tuple[str, str], frozenset[Role] | None] = {
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("POST", "/sign-out"): EVERYONE,
    ("GET", "/s/{token}"): PUBLIC,
    ("POST", "/s/{token}/answer"): PUBLIC,
    ("POST", "/s/{token}/dates"): PUBLIC,
    ("POST", "/s/{token}/withdraw"): PUBLIC,
    ("GET", "/c/{token}"): PUBLIC,
    ("POST", "/c/{token}"): PUBLIC,
    ("POST", "/c/{token}/refuse"): PUBLIC,
    ("POST", "/hooks/kintone/{app}/{secret}"): PUBLIC,
    ("GET", "/"): EVERYONE,
    ("GET", "/queue"): DESK,
    ("POST", "/queue/reassign"): DESK,
    ("POST", "/queue/hold"): DESK,
    ("GET", "/requests"): OFFICE,
    ("GET", "/requests/new"): DESK,
    ("POST", "/requests/new"): DESK,
    ("POST", "/requests/new/look"): DESK,
    ("GET", _NO): OFFICE,
    ("GET", f"{_NO}/original"): OFFICE,
    ("GET", f"{_NO}/attachments/{{index}}"): OFFICE,
    ("POST", f"{_NO}/check"): DESK,
    ("POST", f"{_NO}/correct"): DESK,
    ("POST", f"{_NO}/run"): DESK,
    ("POST", f"{_NO}/undo"): DESK,
    ("GET", f"{_NO}/decide/{{decision}}"): DESK,
    ("POST", f"{_NO}/decide/{{decision}}"): DESK,
    ("POST", f"{_NO}/attest"): DESK,
    ("POST", f"{_NO}/take"): DESK,
    ("POST", f"{_NO}/dates"): DESK,
    ("POST", f"{_NO}/seen"): DESK,
    ("POST", f"{_NO}/record-seen"): DESK,
    ("POST", f"{_NO}/replan"): DESK,
    ("POST", f"{_NO}/inquiry/{{act}}"): DESK,
    ("POST", f"{_NO}/owner-check"): DESK,
    ("POST", f"{_NO}/owner-link"): DESK,
    ("GET", "/approvals"): OFFICE,
    ("GET", "/approvals/{plan}"): OFFICE,
    ("GET", "/approvals/{plan}/export.csv"): OFFICE,
    ("POST", "/approvals/{plan}"): OFFICE,
    ("POST", "/approvals/{plan}/send-back"): OFFICE,
    ("POST", "/approvals/{plan}/remake"): OFFICE,
    ("GET", "/checks"): OFFICERS,
    ("POST", "/checks"): OFFICERS,
    ("POST", "/checks/{step}"): OFFICERS,
    ("GET", "/reviews"): OFFICE,
    ("POST", "/reviews/{review}"): OFFICE,
    ("POST", "/reviews/{review}/settle"): frozenset({Role.LEAD}),
    ("GET", "/work-items"): OFFICE,
    ("GET", "/work-items/{step}"): OFFICE,
    ("POST", "/work-items/{step}"): OFFICE,
    ("POST", "/work-items/{step}/ticks"): OFFICE,
    ("GET", "/work-items/{step}/export.csv"): OFFICE,
    ("POST", "/work-items/{step}/password"): DESK,
    ("GET", "/outbox"): DESK,
    ("POST", "/outbox/letters/{letter}/settle"): DESK,
    ("POST", "/outbox/letters/{letter}/resend"): DESK,
    ("GET", "/outbox/steps/{step}"): DESK,
    ("POST", "/outbox/steps/{step}/retry"): DESK,
    ("POST", "/outbox/steps/{step}/accept"): DESK,
    ("POST", "/outbox/steps/{step}/hand-over"): DESK,
    ("POST", "/outbox/steps/{step}/give-up"): DESK,
    ("POST", "/outbox/jobs/{job}/unpark"): DESK,
    ("GET", "/ledgers"): OFFICE,
    ("GET", "/ledgers/{ledger}"): OFFICE,
    ("GET", "/ledgers/{ledger}/export.csv"): OFFICE,
    ("GET", "/ledgers/{ledger}/{key}"): OFFICE,
    ("GET", "/audit"): AUDITORS,
    ("POST", "/audit/export"): AUDITORS,
    ("POST", "/audit/verify"): AUDITORS,
    ("POST", "/api/v1/requests"): PUBLIC,
    ("GET", "/forms"): EVERYONE,
    ("GET", "/forms/done/{number}"): EVERYONE,
    ("GET", "/forms/{service}"): EVERYONE,
    ("POST", "/forms/{service}"): EVERYONE,
    ("POST", "/forms/{service}/look"): EVERYONE,
    ("POST", "/forms/{service}/rows"): EVERYONE,
    ("GET", "/my"): EVERYONE,
    ("GET", "/my/requests/{number}"): EVERYONE,
    ("GET", "/my/section"): EVERYONE,
    ("GET", "/my/section/{number}"): EVERYONE,
    ("POST", "/my/section/{number}/answer"): EVERYONE,
    ("POST", "/my/section/{number}/withdraw"): EVERYONE,
    ("GET", "/my/sign-in"): EVERYONE,
    ("POST", "/my/sign-in/others"): EVERYONE,
    ("POST", "/my/sign-in/password"): EVERYONE,
    ("GET", "/settings/people"): OVERSEERS,
    ("GET", "/settings/people/{number}"): OVERSEERS,
    ("GET", "/settings/sign-ins/{login}"): OVERSEERS,
    ("POST", "/settings/sign-ins/{login}"): OVERSEERS,
    ("POST", "/settings/sign-ins/{login}/close"): OVERSEERS,
}


MACHINES = frozenset({("POST", "/hooks/kintone/{app}/{secret}"), ("POST", "/api/v1/requests")})
"""Public routes that other systems call: no cookie counts there, so no form of ours need be proven."""


def is_public(method: str, path: str) -> bool:
    """Whether the route needs no sign-in; a route without a row is not public."""
    return TABLE.get((method, path), frozenset()) is PUBLIC


def may_open(method: str, path: str, roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may use the route; False for a route without a row."""
    allowed: frozenset[Role] | None = TABLE.get((method, path), frozenset())
    return allowed is None or bool(allowed & roles)
