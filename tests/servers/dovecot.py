"""A Dovecot of our own: every test gets a mailbox account that nobody used before."""

from __future__ import annotations

import grp
import os
import pwd
import re
import secrets
import socket
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import imapclient
from imapclient import imap_utf7

from .programs import HOST, Daemon, find_program, free_port, is_listening, miss, server_folder

PASSWORD = "secret"
CONFIGURATION = Path(__file__).with_name("dovecot.conf")
AS_ORDINARY_USER = """\
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
"""


@dataclass(frozen=True)
class Stored:
    """One message as the server has it now; `\\Recent`, which only a session sees, is left out."""

    uid: int
    flags: frozenset[str]
    raw: bytes


class DovecotServer:
    """The process; accounts of any name exist with the one password."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._write_configuration()
        program = find_program("dovecot")
        self._daemon = Daemon([program, "-F", "-c", str(folder / "dovecot.conf")], folder / "log")
        self._numbers = count(1)

    def start(self) -> None:
        """Start and wait until it listens; nothing happens when it is running."""
        if not self._daemon.is_running:
            self._daemon.start(lambda: is_listening(self.port))

    def stop(self) -> None:
        """Stop; every connection is cut."""
        self._daemon.stop()

    def kick(self, user: str) -> None:
        """Cut this user's connections; the server goes on."""
        command = [find_program("doveadm"), "-c", str(self.folder / "dovecot.conf"), "kick", user]
        subprocess.run(command, check=True, capture_output=True)

    def account(self) -> Dovecot:
        """An empty mailbox of a user nobody had before."""
        return Dovecot(self, f"helpdesk{next(self._numbers)}")

    def _write_configuration(self) -> None:
        mail = self.folder / "mail"
        mail.mkdir()
        os.chown(mail, self.owner.pw_uid, self.owner.pw_gid)
        text = CONFIGURATION.read_text(encoding="utf-8")
        values = {"folder": self.folder, "port": self.port, "password": PASSWORD}
        values |= {"uid": self.owner.pw_uid, "gid": self.owner.pw_gid, "listen": HOST}
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        if os.geteuid() != 0:
            group = grp.getgrgid(self.owner.pw_gid).gr_name
            text += AS_ORDINARY_USER.format(user=self.owner.pw_name, group=group)
        (self.folder / "dovecot.conf").write_text(text, encoding="utf-8")


class Dovecot:
    """One mailbox account, and the server behind it."""

    password = PASSWORD
    host = HOST

    def __init__(self, server: DovecotServer, user: str) -> None:
        self._server = server
        self.user = user
        self._names = count(1)

    @property
    def port(self) -> int:
        """Of the plain IMAP listener."""
        return self._server.port

    @property
    def url(self) -> str:
        """As the setting wants it."""
        return f"imap://{self.user}:{self.password}@{self.host}:{self.port}/INBOX"

    def start(self) -> None:
        """Start the server again."""
        self._server.start()

    def stop(self) -> None:
        """Stop the server: connections are cut, new ones refused."""
        self._server.stop()

    def drop(self) -> None:
        """Cut this account's connections; new ones are welcome."""
        self._server.kick(self.user)

    @contextmanager
    def session(self) -> Iterator[imapclient.IMAPClient]:
        """A connection of the test's own, logged in."""
        with imapclient.IMAPClient(self.host, self.port, ssl=False, timeout=20) as client:
            client.login(self.user, self.password)
            yield client

    def deliver(self, raw: bytes, folder: str = "INBOX", flags: Sequence[str] = ()) -> None:
        """Put a message into a folder; into the inbox as a delivery agent does, byte for byte."""
        if folder == "INBOX":
            self.deliver_all([raw])
            return
        with self.session() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, flags)

    def deliver_all(self, messages: Iterable[bytes]) -> None:
        """Fill the inbox fast: ten thousand messages take a second or two."""
        for part in ("cur", "new", "tmp"):
            self._make_folder(self.maildir / part)
        for raw in messages:
            name = f"{next(self._names):010}.M{os.getpid()}.{socket.gethostname()}"
            written = self.maildir / "tmp" / name
            written.write_bytes(raw)
            self._give(written)
            written.rename(self.maildir / "new" / name)

    def folders(self) -> list[str]:
        """Names of the folders, in order."""
        with self.session() as client:
            return sorted(name for _, _, name in client.list_folders())

    def messages(self, folder: str = "INBOX") -> list[Stored]:
        """Everything in a folder, by UID; nothing in a folder that does not exist."""
        with self.session() as client:
            if not client.folder_exists(folder):
                return []
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            found = client.fetch(uids, ["FLAGS", "BODY.PEEK[]"]) if uids else {}
        return [
            Stored(uid, frozenset(map(bytes.decode, data[b"FLAGS"])) - {"\\Recent"}, data[b"BODY[]"])
            for uid, data in sorted(found.items())
        ]

    def uidvalidity(self, folder: str = "INBOX") -> int:
        """The number that says which UIDs are comparable."""
        with self.session() as client:
            return int(client.folder_status(folder, ["UIDVALIDITY"])[b"UIDVALIDITY"])

    def change_uidvalidity(self, folder: str = "INBOX") -> None:
        """Restart the server with every UID of the folder declared void, as after a restore from a backup.

        The messages keep their order and are numbered from 1 again: UIDs known from before now mean others.
        """
        before = self.uidvalidity(folder)
        self.stop()
        name = imap_utf7.encode(folder.replace("/", ".")).decode("ascii")
        folder_path = self.maildir if folder == "INBOX" else self.maildir / f".{name}"
        for index in folder_path.glob("dovecot*"):
            index.unlink()
        header = folder_path / "dovecot-uidlist"
        header.write_text(f"3 V{before + 1} N1 G{secrets.token_hex(16)}\n", encoding="ascii")
        self._give(header)
        self.start()

    @property
    def maildir(self) -> Path:
        """Where the account's messages lie."""
        return self._server.folder / "mail" / self.user

    def _make_folder(self, folder: Path) -> None:
        for path in (folder.parent, folder):
            if not path.exists():
                path.mkdir(mode=0o700)
                self._give(path)

    def _give(self, path: Path) -> None:
        os.chown(path, self._server.owner.pw_uid, self._server.owner.pw_gid)


@contextmanager
def running_dovecot() -> Iterator[DovecotServer]:
    """A server in a folder of its own until the block ends."""
    program = find_program("dovecot")
    version = subprocess.run([program, "--version"], capture_output=True, check=True, text=True).stdout
    if not re.match(r"2\.3\.", version):
        miss(f"dovecot 2.3 (2.4 wants another configuration; here is {version.split()[0]})")
    with server_folder("imap") as folder:
        server = DovecotServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
