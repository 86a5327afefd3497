"""What every test may ask for."""

from __future__ import annotations

from tests.servers.fixtures import (
    chromium,
    crash_postgres,
    crash_postgres_url,
    dovecot,
    dovecot_server,
    page,
    postgres,
    postgres_url,
    redis,
    redis_server,
    samba,
    samba_server,
    scripted_imap,
    slapd,
    slapd_server,
    smtp_relay,
    window,
)

__all__ = [
    "chromium",
    "crash_postgres",
    "crash_postgres_url",
    "dovecot",
    "dovecot_server",
    "page",
    "postgres",
    "postgres_url",
    "redis",
    "redis_server",
    "samba",
    "samba_server",
    "scripted_imap",
    "slapd",
    "slapd_server",
    "smtp_relay",
    "window",
]
