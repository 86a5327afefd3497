"""A small IMAP server that breaks exactly where it is told; for everything else there is Dovecot.

Steps for faults are the command names in capitals without UID: CONNECT, CAPABILITY, LOGIN, SELECT, SEARCH,
FETCH, STORE, COPY, MOVE, EXPUNGE, IDLE, APPEND, NOOP … `match` looks at the whole command line. A refusal
is `REPLY` with `NO [UNAVAILABLE] try later` (the tag is put before it); a farewell is `REPLY` with `* BYE …`.
`chunk` sends every reply in pieces of so many bytes. `announce` makes literals lie about their length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial

from .faults import Act
from .imap_folders import Folder, fetched
from .loopback import Connection, Cut, LoopbackServer
from .programs import HOST

CAPABILITIES = ("IMAP4rev1", "UIDPLUS", "MOVE", "IDLE", "LITERAL+")
LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n$")


class ScriptedImap(LoopbackServer):
    """See the module. `folders` may be looked at and changed; `commands` is what the server was asked."""

    user = "helpdesk"
    password = "secret"

    def __init__(
        self,
        messages: Iterable[bytes] = (),
        capabilities: Iterable[str] = CAPABILITIES,
        chunk: int | None = None,
    ) -> None:
        super().__init__(chunk=chunk)
        self.capabilities = tuple(capabilities)
        self.folders: dict[str, Folder] = {"INBOX": Folder()}
        self.commands: list[str] = []
        self.announce = 0
        self.idlers: list[Connection] = []
        for raw in messages:
            self.deliver(raw)

    @property
    def url(self) -> str:
        """As the setting wants it."""
        return f"imap://{self.user}:{self.password}@{HOST}:{self.port}/INBOX"

    def deliver(self, raw: bytes) -> int:
        """A new message in the inbox, told to those who idle; its UID."""
        inbox = self.folders["INBOX"]
        uid = inbox.add(raw)
        for connection in list(self.idlers):
            with suppress(Cut):
                connection.send(b"* %d EXISTS\r\n" % len(inbox.messages))
        return uid

    def say(self, text: str) -> None:
        """An untagged response to those who idle, for example `* BYE` or `* 1 EXISTS`."""
        for connection in list(self.idlers):
            connection.send(text.encode() + b"\r\n")

    def fault(self, step: str, act: Act, reply: str = "", **how: str | int | None) -> None:
        """As in `LoopbackServer`; step names are the commands in capitals."""
        super().fault(step.upper(), act, reply, **how)

    def serve(self, connection: Connection) -> None:
        """One session; any password but a wrong one is welcome."""
        greeting = f"* OK [CAPABILITY {' '.join(self.capabilities)}] ready\r\n".encode()
        if not self.answer(connection, "CONNECT", "", lambda: greeting):
            raise Cut
        session = _Session(self, connection)
        try:
            while True:
                session.take(read_command(connection))
        finally:
            with suppress(ValueError):
                self.idlers.remove(connection)


def read_command(connection: Connection) -> bytes:
    """A command line with its literals in place (RFC 3501 §4.3), without the last line end."""
    command = connection.line()
    while found := LITERAL.search(command):
        if not found[2]:
            connection.send(b"+ go on\r\n")
        command += connection.exactly(int(found[1])) + connection.line()
    return command.rstrip(b"\r\n")


class _Session:
    """One connection's selected folder and the commands it may give."""

    def __init__(self, server: ScriptedImap, connection: Connection) -> None:
        self.server = server
        self.connection = connection
        self.folder = Folder()

    def take(self, command: bytes) -> None:
        """Carry out one command, or play the fault due at its step."""
        line = command.partition(b"\r\n")[0].decode("utf-8", "replace")
        tag, _, rest = line.partition(" ")
        verb, _, arguments = rest.partition(" ")
        if verb.upper() == "UID":
            verb, _, arguments = arguments.partition(" ")
        verb = verb.upper()
        self.server.commands.append(rest)
        run: Callable[[str], bytes] | None = getattr(self, f"_do_{verb.lower()}", None)
        if verb == "APPEND":
            run = partial(self._append, command.partition(b"\r\n")[2])
        if run is None:
            self.connection.send(f"{tag} BAD {verb} is not known here\r\n".encode())
            return
        self._answer(tag, verb, rest, partial(run, arguments))
        if verb == "LOGOUT":
            raise Cut

    def _answer(self, tag: str, verb: str, line: str, run: Callable[[], bytes]) -> None:
        def reply() -> bytes:
            untagged = run()
            if untagged.startswith((b"NO ", b"BAD ", b"OK ")):
                return tag.encode() + b" " + untagged
            return untagged + f"{tag} OK {verb} completed\r\n".encode()

        self.server.answer(self.connection, verb, line, reply, tag)

    def _do_capability(self, _: str) -> bytes:
        return f"* CAPABILITY {' '.join(self.server.capabilities)}\r\n".encode()

    def _do_login(self, arguments: str) -> bytes:
        password = arguments.rpartition(" ")[2].strip('"')
        return b"" if password == self.server.password else b"NO [AUTHENTICATIONFAILED] no\r\n"

    def _do_noop(self, _: str) -> bytes:
        return b"* %d EXISTS\r\n" % len(self.folder.messages)

    def _do_logout(self, _: str) -> bytes:
        return b"* BYE until next time\r\n"

    def _do_list(self, arguments: str) -> bytes:
        wanted = unquoted(arguments.rpartition(" ")[2])
        names = [name for name in self.server.folders if wanted in {"*", "%", name}]
        return b"".join(f'* LIST (\\HasNoChildren) "/" "{name}"\r\n'.encode() for name in names)

    def _do_create(self, arguments: str) -> bytes:
        self.server.folders.setdefault(unquoted(arguments), Folder())
        return b""

    def _do_select(self, arguments: str) -> bytes:
        found = self.server.folders.get(unquoted(arguments))
        if found is None:
            return b"NO [NONEXISTENT] no such folder\r\n"
        self.folder = found
        lines = (
            f"* {len(found.messages)} EXISTS",
            "* FLAGS (\\Seen \\Deleted \\Flagged)",
            f"* OK [UIDVALIDITY {found.uidvalidity}] valid",
            f"* OK [UIDNEXT {found.next_uid}] next",
        )
        return "".join(f"{line}\r\n" for line in lines).encode()

    _do_examine = _do_select

    def _do_status(self, arguments: str) -> bytes:
        name = unquoted(arguments.partition(" (")[0])
        found = self.server.folders.get(name)
        if found is None:
            return b"NO [NONEXISTENT] no such folder\r\n"
        counts = f"MESSAGES {len(found.messages)} UIDNEXT {found.next_uid} UIDVALIDITY {found.uidvalidity}"
        return f'* STATUS "{name}" ({counts})\r\n'.encode()

    def _do_search(self, arguments: str) -> bytes:
        entries = self.folder.numbered()
        if uids := re.search(r"(?:^|\bUID )(\d[\d,:*]*)", arguments):
            entries = self.folder.chosen(uids[1])
        for word, flag in (("UNDELETED", "\\Deleted"), ("UNSEEN", "\\Seen")):
            if word in arguments.upper():
                entries = [entry for entry in entries if flag not in entry[2].flags]
        return f"* SEARCH{''.join(f' {uid}' for _, uid, _ in entries)}\r\n".encode()

    def _do_fetch(self, arguments: str) -> bytes:
        numbers, _, items = arguments.partition(" ")
        return b"".join(fetched(*entry, items, self.server.announce) for entry in self.folder.chosen(numbers))

    def _do_store(self, arguments: str) -> bytes:
        numbers, how, flags = arguments.split(" ", 2)
        named = set(flags.strip("()").split())
        reply = b""
        for number, uid, message in self.folder.chosen(numbers):
            if how.startswith("+"):
                message.flags |= named
            elif how.startswith("-"):
                message.flags -= named
            else:
                message.flags = set(named)
            if ".SILENT" not in how.upper():
                reply += fetched(number, uid, message, "FLAGS")
        return reply

    def _do_copy(self, arguments: str) -> bytes:
        numbers, _, name = arguments.partition(" ")
        target = self.server.folders.get(unquoted(name))
        if target is None:
            return b"NO [TRYCREATE] no such folder\r\n"
        for _, _, message in self.folder.chosen(numbers):
            target.add(message.raw, set(message.flags))
        return b""

    def _do_move(self, arguments: str) -> bytes:
        if refusal := self._do_copy(arguments):
            return refusal
        chosen = self.folder.chosen(arguments.partition(" ")[0])
        for _, _, message in chosen:
            message.flags.add("\\Deleted")
        return self._expunge({uid for _, uid, _ in chosen})

    def _do_expunge(self, arguments: str) -> bytes:
        return self._expunge({uid for _, uid, _ in self.folder.chosen(arguments)} if arguments else None)

    def _expunge(self, uids: set[int] | None) -> bytes:
        return b"".join(b"* %d EXPUNGE\r\n" % number for number in self.folder.expunge(uids))

    def _do_idle(self, _: str) -> bytes:
        self.connection.send(b"+ idling\r\n")
        self.server.idlers.append(self.connection)
        self.connection.line()
        self.server.idlers.remove(self.connection)
        return b""

    def _append(self, literal: bytes, arguments: str) -> bytes:
        target = self.server.folders.get(unquoted(arguments.split(" ")[0]))
        if target is None:
            return b"NO [TRYCREATE] no such folder\r\n"
        target.add(literal)
        return b""


def unquoted(name: str) -> str:
    """A folder's name without its quotes, in the server's own (modified UTF-7) spelling."""
    return name.strip().strip('"')
