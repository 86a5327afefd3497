"""What the scripted IMAP server keeps: folders of numbered messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass
class Message:
    """One message and its flags."""

    raw: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class Folder:
    """Messages by UID. Everything is public: a test may take messages away or number them anew."""

    uidvalidity: int = 1
    next_uid: int = 1
    messages: dict[int, Message] = field(default_factory=dict)

    def add(self, raw: bytes, flags: set[str] | None = None) -> int:
        """Keep a message; its UID."""
        uid = self.next_uid
        self.next_uid += 1
        self.messages[uid] = Message(raw, flags or set())
        return uid

    def numbered(self) -> list[tuple[int, int, Message]]:
        """Sequence number, UID, message."""
        return [(number, uid, self.messages[uid]) for number, uid in enumerate(sorted(self.messages), 1)]

    def chosen(self, numbers: str) -> list[tuple[int, int, Message]]:
        """Those of a UID set such as `1,4:6,9:*` (RFC 3501, sequence-set)."""
        last = max(self.messages, default=0)
        ranges = []
        for part in numbers.split(","):
            low, _, high = part.replace("*", str(last)).partition(":")
            ranges.append(sorted((int(low), int(high or low))))
        return [entry for entry in self.numbered() if any(low <= entry[1] <= high for low, high in ranges)]

    def expunge(self, uids: set[int] | None = None) -> list[int]:
        """Remove what is marked deleted (among `uids`); the sequence numbers to announce, in turn."""
        gone = [
            (number, uid)
            for number, uid, message in self.numbered()
            if "\\Deleted" in message.flags and (uids is None or uid in uids)
        ]
        for _, uid in gone:
            del self.messages[uid]
        return [number - earlier for earlier, (number, _) in enumerate(gone)]


ITEM = re.compile(
    r"BODY(?:\.PEEK)?\[(?P<section>[^]]*)\](?:<(?P<start>\d+)\.(?P<size>\d+)>)?|RFC822\b(?!\.)", re.I
)


def fetched(number: int, uid: int, message: Message, items: str, announce: int = 0) -> bytes:
    """One FETCH response with the items asked for; `announce` is added to the length of literals told."""
    upper = items.upper()
    parts = [b"UID %d" % uid]
    if "FLAGS" in upper:
        parts.append(b"FLAGS (%s)" % " ".join(sorted(message.flags)).encode())
    if "RFC822.SIZE" in upper:
        parts.append(b"RFC822.SIZE %d" % len(message.raw))
    if "INTERNALDATE" in upper:
        parts.append(b'INTERNALDATE "20-Nov-2026 09:00:00 +0900"')
    for item in ITEM.finditer(items):
        parts.append(section(item, message, announce))
    return b"* %d FETCH (%s)\r\n" % (number, b" ".join(parts))


def section(item: re.Match[str], message: Message, announce: int) -> bytes:
    """The literal for one BODY[…] or RFC822 item."""
    name = item["section"]
    data = message.raw
    if name is not None and name.upper().startswith("HEADER"):
        data = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    label = b"RFC822" if name is None else b"BODY[%s]" % name.encode()
    if item["start"] is not None:
        start = int(item["start"])
        data = data[start : start + int(item["size"])]
        label += b"<%d>" % start
    return b"%s {%d}\r\n%s" % (label, len(data) + announce, data)
