"""An IMAP mailbox, read by polling: fetch, store durably, only then move (DESIGN 5, 15).

What was fetched before is known by (account, folder, UIDVALIDITY, UID); `\\Seen`
is never looked at or set. When UIDVALIDITY changes everything is looked at again
and recognised by its bytes. A lease makes this process the mailbox's one poller:
two sessions racing MOVE turn 200 mails into 400 (measured).
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from uketsuke.boundary import outside
from uketsuke.clock import Clock
from uketsuke.domain.content import Channel
from uketsuke.errors import Refused, TryLater
from uketsuke.intake.accept import Sighting, accept
from uketsuke.intake.summary import Summary
from uketsuke.settings import Mailbox
from uketsuke.store.database import Database

SIZE_STEP = 100
"""Messages whose sizes are asked for in one command."""


@dataclass(frozen=True)
class Address:
    """The parts of a mailbox URL."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: bool

    @classmethod
    def of(cls, url: str) -> Address:
        """`imap(s)://user:password@host:port/FOLDER`, percent-encoded."""
        parts = urlsplit(url)
        tls = parts.scheme == "imaps"
        return cls(
            parts.hostname or "localhost",
            parts.port or (993 if tls else 143),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            unquote(parts.path.lstrip("/")) or "INBOX",
            tls,
        )


@dataclass
class Poller:
    """One look into one mailbox; `still_mine` raises `LeaseLost` when another poller took over."""

    database: Database
    mailbox: Mailbox
    clock: Clock
    still_mine: Callable[[], None]

    def collect(self) -> Summary:
        """Store every mail not seen before, then file what is stored.

        Raises `TryLater` when the server is away or breaks off, `Refused` when it
        does not accept the sign-in.
        """
        address = Address.of(self.mailbox.url.get_secret_value())
        with self._connected(address) as client:
            with outside("imap.select"):
                selected = client.select_folder(address.folder)
            uidvalidity = str(int(selected[b"UIDVALIDITY"]))
            with outside("imap.search"):
                uids = sorted(client.search("ALL"))
            summary = self._store_new(client, address, uidvalidity, uids)
            summary.filed = self._file(client, address, uidvalidity, uids)
        return summary

    def _store_new(self, client: IMAPClient, address: Address, uidvalidity: str, uids: list[int]) -> Summary:
        summary = Summary()
        with self.database.reading() as tx:
            seen = tx.receipts.seen_uids(self.mailbox.name, address.folder, uidvalidity)
        new = [uid for uid in uids if str(uid) not in seen]
        for start in range(0, len(new), SIZE_STEP):
            chunk = new[start : start + SIZE_STEP]
            with outside("imap.sizes"):
                sizes = client.fetch(chunk, ["RFC822.SIZE"])
            for uid in chunk:
                self.still_mine()
                raw = self._fetch(client, uid, int(sizes.get(uid, {}).get(b"RFC822.SIZE", 0)))
                if raw is None:
                    continue
                accepted = accept(
                    self.database,
                    raw,
                    Channel.MAIL,
                    source=self.mailbox.name,
                    received_at=self.clock.now(),
                    sighting=Sighting(self.mailbox.name, address.folder, uidvalidity, str(uid)),
                    is_cut=len(raw) > self.mailbox.max_bytes,
                )
                summary.count(accepted)
        return summary

    def _fetch(self, client: IMAPClient, uid: int, size: int) -> bytes | None:
        """The raw mail; of one that is too large only the first part, which is noted with its receipt.

        None when it vanished between the search and the fetch.
        """
        item = (
            f"BODY.PEEK[]<0.{self.mailbox.max_bytes + 1}>" if size > self.mailbox.max_bytes else "BODY.PEEK[]"
        )
        with outside("imap.fetch"):
            answer = client.fetch([uid], [item]).get(uid, {})
        # NIL is an empty mail: it is there, and is shown as one.
        return next((value or b"" for key, value in answer.items() if key.startswith(b"BODY[]")), None)

    def _file(self, client: IMAPClient, address: Address, uidvalidity: str, uids: list[int]) -> int:
        """Move what is stored; a mail that a cut left behind is moved the next time."""
        if not self.mailbox.move_to:
            return 0
        with self.database.reading() as tx:
            seen = tx.receipts.seen_uids(self.mailbox.name, address.folder, uidvalidity)
        stored = [uid for uid in uids if str(uid) in seen]
        if not stored:
            return 0
        self._make_folder(client, self.mailbox.move_to)
        for start in range(0, len(stored), SIZE_STEP):
            self.still_mine()
            with outside("imap.move"):
                _move(client, stored[start : start + SIZE_STEP], self.mailbox.move_to)
        return len(stored)

    def _make_folder(self, client: IMAPClient, folder: str) -> None:
        with outside("imap.folder"):
            if not client.folder_exists(folder):
                client.create_folder(folder)

    @contextmanager
    def _connected(self, address: Address) -> Iterator[IMAPClient]:
        """A signed-in session; every way it can break is `TryLater` or `Refused`."""
        try:
            with outside("imap.connect"):
                client = IMAPClient(
                    address.host, address.port, ssl=address.tls, timeout=self.mailbox.timeout_seconds
                )
        except (OSError, ssl.SSLError, IMAPClientError) as error:
            raise TryLater("imap", f"connect: {error}") from error
        try:
            with outside("imap.login"):
                client.login(address.user, address.password)
            yield client
            with outside("imap.logout"):
                client.logout()
        except LoginError as error:
            raise Refused("imap", "the server does not accept the sign-in") from error
        except (OSError, ssl.SSLError, IMAPClientError) as error:
            raise TryLater("imap", f"{type(error).__name__}: {error}") from error
        finally:
            with suppress(OSError):  # after a logout, or when the peer is gone, there is nothing to shut
                client.shutdown()


def _move(client: IMAPClient, uids: list[int], folder: str) -> None:
    """MOVE (RFC 6851) where the server has it; else copy, mark and expunge just these."""
    if client.has_capability("MOVE"):
        client.move(uids, folder)
        return
    client.copy(uids, folder)
    client.delete_messages(uids)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)
    else:
        client.expunge()
