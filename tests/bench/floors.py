"""What the product cannot be faster than: parsing, a durable commit, a fetch, a send, each alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from email import policy
from email.parser import BytesParser
from itertools import count
from pathlib import Path
from smtplib import SMTP

from imapclient import IMAPClient

from tests.bench.measure import timed
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay

Work = Callable[[], tuple[float, int]]
COMMITS = 200


def bare_parse(raw: Sequence[bytes]) -> Work:
    """The standard library's parser, and the text out of it."""
    parser = BytesParser(policy=policy.default)

    def parse() -> None:
        for one in raw:
            message = parser.parsebytes(one)
            _ = (message["Subject"], message["From"], message.get_content())

    return lambda: (timed(parse), len(raw))


def durable_commit(folder: Path) -> Work:
    """SQLite as the product sets it (WAL, FULL): one row, one commit."""
    numbers = count()

    def work() -> tuple[float, int]:
        connection = sqlite3.connect(folder / f"floor-{next(numbers)}.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("PRAGMA synchronous = full")
        connection.execute("CREATE TABLE t (a)")

        def commit() -> None:
            for _ in range(COMMITS):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO t VALUES (?)", (bytes(1000),))
                connection.execute("COMMIT")

        seconds = timed(commit)
        connection.close()
        return seconds, COMMITS

    return work


def imap_fetch(account: Dovecot, raw: Sequence[bytes]) -> Work:
    """imapclient from Dovecot, one mail a command, as the product asks."""
    account.deliver_all(raw)

    def work() -> tuple[float, int]:
        with IMAPClient(account.host, account.port, ssl=False) as client:
            client.login(account.user, account.password)
            client.select_folder("INBOX", readonly=True)
            uids = client.search("ALL")
            return timed(lambda: [client.fetch([uid], ["BODY.PEEK[]"]) for uid in uids]), len(uids)

    return work


def smtp_send(relay: SmtpRelay, letters: int) -> Work:
    """smtplib over one connection to the relay, which synchronises before it says yes."""
    body = b"Subject: floor\r\n\r\n" + b"x" * 1500

    def work() -> tuple[float, int]:
        with SMTP("127.0.0.1", relay.port) as client:
            client.ehlo()

            def send() -> None:
                for _ in range(letters):
                    client.sendmail("a@city.example.lg.jp", ["b@city.example.lg.jp"], body)

            return timed(send), letters

    return work
