"""What our kintone holds: people, groups, spaces, apps and their records; kept in memory or in a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from uketsuke.connectors.fake_kintone.form import FieldSetting

Right = Literal["view", "add", "edit", "delete", "manage"]
ADMINISTRATOR = "Administrator"
"""In whose name an API token acts."""


class Part(BaseModel):
    """A part of the state; a name that does not exist is a mistake in the seed."""

    model_config = ConfigDict(extra="forbid")


class User(Part):
    """Somebody who signs in, by login name."""

    code: str
    name: str
    password: str = ""
    email: str = ""
    valid: bool = True
    administrator: bool = False
    """Administrator of cybozu.com: may change users and groups."""
    may_create_spaces: bool = False
    organizations: list[str] = Field(default_factory=list)


class Group(Part):
    """A group (ロール); of a dynamic one nobody sets the members."""

    code: str
    name: str
    dynamic: bool = False
    members: list[str] = Field(default_factory=list)


class Organization(Part):
    """A department."""

    code: str
    name: str


class Token(Part):
    """An app's API token and what it may do there."""

    token: str
    rights: list[Right] = ["view"]


class UserToken(Part):
    """A token of cybozu.com for the User API (Bearer)."""

    token: str
    dangerous: bool = False
    """Scope "Dangerous Zone", without which nothing is written."""


class Entity(Part):
    """Who may be assignee: a user, a group, or who stands in a field."""

    type: Literal["USER", "GROUP", "ORGANIZATION", "FIELD_ENTITY"]
    code: str


class State(Part):
    """A status of the process, and who is to work on it there."""

    name: str
    assignee: Literal["ONE", "ALL", "ANY"] = "ONE"
    entities: list[Entity] = Field(default_factory=list)


class Action(Part):
    """What leads from one status to the next."""

    name: str
    origin: str
    to: str


class Process(Part):
    """Process management of an app; the first state is where records begin."""

    enable: bool = True
    states: list[State]
    actions: list[Action]


class Webhook(Part):
    """Where an app's events are sent."""

    url: str
    events: list[str]
    active: bool = True


class Comment(Part):
    """A comment on a record; numbers are never used again."""

    id: int
    text: str
    creator: str
    created_at: datetime
    mentions: list[dict[str, str]] = Field(default_factory=list)


class Record(BaseModel):
    """One record as it stood at one revision; never changed, only replaced, so that undoing is cheap."""

    model_config = ConfigDict(frozen=True)

    id: int
    revision: int = 1
    values: dict[str, Any] = Field(default_factory=dict)
    """Field code → text, list of texts or codes, rows of a table, files; without kintone's `type`."""
    creator: str
    created_at: datetime
    modifier: str
    updated_at: datetime
    status: str = ""
    assignees: tuple[str, ...] = ()
    comments: tuple[Comment, ...] = ()


class App(Part):
    """An app: its form, its process, its records."""

    id: int
    name: str
    code: str = ""
    title_field: str = ""
    space: int | None = None
    form: dict[str, FieldSetting]
    process: Process | None = None
    tokens: list[Token] = Field(default_factory=list)
    permissions: dict[str, list[Right]] = Field(default_factory=dict)
    """Login name → rights; empty: everybody may view, add, edit and delete."""
    webhooks: list[Webhook] = Field(default_factory=list, max_length=10)
    records: dict[int, Record] = Field(default_factory=dict)
    last_record: int = 0
    last_row: int = 0
    last_comment: int = 0

    def setting(self, code: str) -> FieldSetting | None:
        """A field of the form by its code, one in a table too."""
        if code in self.form:
            return self.form[code]
        tables = (field.fields for field in self.form.values() if field.type == "SUBTABLE")
        return next((inner[code] for inner in tables if code in inner), None)


class Space(Part):
    """A space made from a template."""

    id: int
    name: str
    members: list[dict[str, Any]]
    is_private: bool = False
    is_guest: bool = False
    fixed_member: bool = False


class Upload(Part):
    """A file that was uploaded; `key` opens it."""

    key: str
    name: str
    content_type: str
    content: str
    """Base64."""


class Domain(Part):
    """Everything of one sub-domain; `skew` seconds is how far its clock is ahead of ours."""

    host: str = "example.cybozu.com"
    users: dict[str, User] = Field(default_factory=dict)
    groups: dict[str, Group] = Field(default_factory=dict)
    organizations: dict[str, Organization] = Field(default_factory=dict)
    user_tokens: list[UserToken] = Field(default_factory=list)
    apps: dict[int, App] = Field(default_factory=dict)
    templates: dict[int, str] = Field(default_factory=dict)
    spaces: dict[int, Space] = Field(default_factory=dict)
    uploads: dict[str, Upload] = Field(default_factory=dict)
    audit: list[dict[str, str]] = Field(default_factory=list)
    calls: dict[str, int] = Field(default_factory=dict)
    """`<app> <day that begins at 9:00>` → calls of the REST API."""
    skew: float = 0

    def name_of(self, code: str) -> str:
        """What people read for a code."""
        for holder in (self.users, self.groups, self.organizations):
            if code in holder:
                return holder[code].name
        return code

    def codes(self, kind: str) -> frozenset[str]:
        """The codes of all users, groups or departments (`USER`, `GROUP`, `ORGANIZATION`)."""
        return frozenset(
            {"USER": [*self.users], "GROUP": [*self.groups], "ORGANIZATION": [*self.organizations]}[kind]
        )

    def mark(self) -> tuple[Any, ...]:
        """What `restore` needs to undo everything that changes records."""
        return tuple(
            (app, dict(app.records), app.last_record, app.last_row, app.last_comment)
            for app in self.apps.values()
        )

    def restore(self, mark: tuple[Any, ...]) -> None:
        """Undo what changed records since `mark`."""
        for app, records, record, row, comment in mark:
            app.records, app.last_record, app.last_row, app.last_comment = records, record, row, comment

    def save(self, path: Path) -> None:
        """Keep it all in a file, whole or not at all."""
        fresh = path.with_suffix(".new")
        fresh.write_text(self.model_dump_json(by_alias=True), "utf-8")
        fresh.replace(path)
