"""What a message says, decoded, whatever the channel it came by.

The guarded reader turns raw bytes into `Content`; everything after it sees
nothing but this. Offsets in `Source` spans count characters of `text`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from uketsuke.domain.kinds import Kind as Kind
from uketsuke.domain.states import Role


class Channel(StrEnum):
    """The way a message came in."""

    MAIL = "mail"
    KINTONE = "kintone"
    FORMBRIDGE = "formbridge"
    FORM = "form"
    NOTE = "note"


class Frozen(BaseModel):
    """A value that is compared, stored as JSON and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attachment(Frozen):
    """One attached part; its bytes stay in the raw message."""

    filename: str
    """Decoded, without path or control characters; `""` when it had none."""
    media_type: str
    size: int
    sha256: str
    part: tuple[int, ...]
    """Child indexes from the top part, to find the bytes again."""


class Problem(Frozen):
    """Something that could not be read as written; becomes a concern (FR-13)."""

    code: str
    """A slug: `unknown-charset`, `replacement-character`, `too-many-parts`, `broken-base64` …"""
    detail: str = ""


class AuthResult(Frozen):
    """One Authentication-Results header (RFC 8601), as written by `authserv_id`."""

    authserv_id: str
    results: tuple[tuple[str, str, str], ...]
    """(method, result, domain): `("dmarc", "pass", "city.example.lg.jp")`."""
    depth: int = 0
    """Received headers above it: what stands below a host's own was in the mail when it came there."""


class Signature(Frozen):
    """One DKIM-Signature header (RFC 6376), checked with the keys of the settings and nothing else."""

    domain: str
    selector: str
    verified: bool | None = None
    """None where no key of it is known, or it was not looked at."""
    signed: tuple[str, ...] = ()
    """Lower-case names of the signed headers, as `h=` lists them."""
    partial: bool = False
    """It has `l=`: what follows those bytes is not signed."""
    signed_at: datetime | None = None
    expires_at: datetime | None = None
    digest: str = ""
    """Of the signature itself, by which a second mail with the same one is known."""
    seen_before: bool = False
    """Another mail came with it already."""


class Received(Frozen):
    """One Received header: which host took the mail over, and when (RFC 5321 4.4)."""

    by: str
    at: datetime | None
    peer: str | None = None
    """The host it came from as looked up by `by`, or as it introduced itself where nothing else is noted.

    `""` where only the address is known, None where none is named (handed in on the host itself).
    """
    ip: str = ""


class FromFacts(Frozen):
    """The From header judged by our strict grammar (FAULTS 3, "exactly one From")."""

    address: str | None
    """The one address, lower-case domain, or None when there is not exactly one."""
    display: str = ""
    """Shown to people, never used to decide anything."""
    defect: str | None = None
    """Why there is no address: `missing`, `several`, `malformed`, `not-ascii-domain`."""


class Chosen(Frozen):
    """Somebody or something chosen from the other system's own lists (kintone's users, groups …)."""

    kind: Literal["USER", "GROUP", "ORGANIZATION"]
    code: str
    """The login name, or the code of the group or organisation."""
    name: str = ""


class FormValue(Frozen):
    """A label and a value that came typed: a form field, a cell, a note line."""

    label: str
    value: str
    """As people would write it: names joined by 、; a table's rows one a line."""
    chosen: tuple[Chosen, ...] = ()
    rows: tuple[tuple[FormValue, ...], ...] = ()
    """The rows of a table, each with its cells in the order of the form."""


def cell_parts(table: FormValue) -> tuple[tuple[str, ...], ...]:
    """What the cells of a table are called as places that values come from: `利用者一覧[0].氏名`."""
    rows = enumerate(table.rows)
    return tuple(tuple(f"{table.label}[{number}].{cell.label}" for cell in row) for number, row in rows)


API_USER = "Administrator"
"""Who has written what a token wrote (cybozu.dev, "Authentication"): nobody knows the person by it."""


class Record(Frozen):
    """The kintone record that a message is (kintone docs, "Field types" and "Get Record")."""

    app: str
    id: str
    revision: int
    app_name: str = ""
    creator: str | None = None
    """Login name of 作成者; for FormBridge that is the API's user and not who asks."""
    modifier: str | None = None
    created_at: datetime
    """作成日時; UTC, to the minute (decision 0007)."""
    updated_at: datetime
    status: str | None = None
    """The state of process management, where the app has it."""
    url: str | None = None


class Deed(Frozen):
    """What an operator has done already while somebody called or stood there (その場で完了, UX AP-85)."""

    by: str
    """Sign-in of the operator."""
    role: Role
    """The role in which they pressed the button; what it may do is judged again by the worker."""
    at: datetime
    """When the call began: its deadlines are met then, not when it was written down."""
    units: tuple[str, ...] = ()
    """Keys of the units handed over."""
    results: dict[str, str] = Field(default_factory=dict)
    """What the plan's work asks to record, by the name of the result; days in ISO 8601."""


class Content(Frozen):
    """What one message says."""

    channel: Channel
    subject: str = ""
    sender: FromFacts = FromFacts(address=None, defect="missing")
    reply_to: tuple[str, ...] = ()
    """`?` stands for a header without a readable address, here and in `submitter`."""
    submitter: tuple[str, ...] = ()
    """The Sender header: who really sent it, where From claims to be somebody else."""
    return_path: str | None = None
    """Where bounces go; `""` for `<>`."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    """The Date header; the sender's word, never used for a deadline where a better one exists."""
    received: tuple[Received, ...] = ()
    auth_results: tuple[AuthResult, ...] = ()
    """Topmost first."""
    signatures: tuple[Signature, ...] = ()
    """Topmost first."""
    text: str = ""
    """New text of the sender, without quotes and signature; values are taken from here only."""
    signature: str = ""
    quoted_text: str = ""
    full_text: str = ""
    """All readable text as the sender wrote it, for people to look at."""
    values: tuple[FormValue, ...] = ()
    """Typed values of channels that have them (form, note, kintone)."""
    attachments: tuple[Attachment, ...] = ()
    automatic: str | None = None
    """Why it is automatic, or None: `auto-submitted`, `precedence`, `null-sender`, `list-id` …"""
    automatic_kind: Kind | None = None
    """BOUNCE, AUTOMATIC, LIST or OWN where `automatic` is set."""
    no_answer: bool = False
    """It asks for no automatic answer (X-Auto-Response-Suppress): no acknowledgement is sent."""
    token: str | None = None
    """The signed token of our own letters, when the message carries one (thread)."""
    failed_recipients: tuple[str, ...] = ()
    """Addresses a bounce names."""
    problems: tuple[Problem, ...] = ()
    entered_by: str | None = None
    """Sign-in of the operator who typed a note."""
    signed_in: str | None = None
    """Employee number of who was signed in when our own form was sent: our console's word, nobody else's."""
    signed_by: str | None = None
    """The form system whose signature was checked when it was taken in; never read from the message."""
    submitted_at: datetime | None = None
    """When a form was sent, or the call began (`called_at` of a note)."""
    identity_check: str | None = None
    """How an operator checked who called: `call-back`, `counter`, `staff-card`."""
    done: Deed | None = None
    """What is done already, by the note of the operator who did it."""
    original_id: str | None = None
    """Identity at the source: submission id, `kintone:<app>:<record>:<revision>`."""
    record: Record | None = None
    """The kintone record, for KINTONE and for FORMBRIDGE where it came as one."""
    extra: dict[str, str] = Field(default_factory=dict)
    """Facts of the channel that have no field of their own."""
