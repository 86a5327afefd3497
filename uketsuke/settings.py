"""The settings: one typed object, made once by `load` (DESIGN 11).

TOML file plus environment `UKETSUKE_…` with `__` between levels; any value also
from a file named by `…_FILE`. Unknown names are problems, in both; every problem
is told at once. Nothing is read when this module is imported.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from uketsuke.addresses import (
    PRIVATE_NETWORKS,
    Broker,
    DatabaseUrl,
    DkimKey,
    HostAndPort,
    MailAddress,
    MailboxName,
    MailboxUrl,
    Network,
    SmtpUrl,
    WebAddress,
)
from uketsuke.errors import ConfigurationError
from uketsuke.places import Places, describe
from uketsuke.systems import Form, KintoneSite, Part, SignedSender, System, as_tables

PREFIX = "UKETSUKE_"
NOT_SETTINGS = frozenset({"CONFIG", "CRASH", "CRASH_TRACE", "REQUIRE_SERVICES"})
"""Names in the environment that steer the program but are no settings."""
FILES = frozenset({"ca_file"})
"""Settings that are files themselves; any other name ending so gives the file of a value."""


def _as_list(value: Any) -> Any:
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
Networks = Annotated[tuple[Network, ...], BeforeValidator(_as_list)]


class Database(Part):
    """Where everything is kept."""

    url: DatabaseUrl = SecretStr("sqlite:///uketsuke.db")
    """`sqlite:///file` (relative to data_dir) or `postgresql+psycopg://…`."""


class Queue(Part):
    """How work is handed to the workers."""

    broker: Broker = SecretStr("database")
    threads: int = Field(default=4, ge=1, le=64)
    lease_seconds: float = Field(default=120, gt=0)
    poll_seconds: float = Field(default=0.25, gt=0)
    sweep_seconds: float = Field(default=5, gt=0)
    undo_seconds: float = Field(default=10, ge=0)
    back_off_seconds: float = Field(default=60, gt=0)
    """Until the second try of what a peer could not do now; doubled each time, at most 60 times as long."""


class Mailbox(Part):
    """One mailbox or folder that is read."""

    url: MailboxUrl
    """`imap://user:password@host:port/INBOX`, `imaps://…`, `folder:///path`."""
    name: MailboxName = "main"
    move_to: str | None = "uketsuke"
    """Folder that a mail is moved to after it is stored; empty = leave it where it is."""
    poll_seconds: float = Field(default=60, gt=0)
    timeout_seconds: float = Field(default=60, gt=0)
    max_bytes: int = Field(default=25_000_000, gt=0)


class Smtp(Part):
    """How letters leave."""

    url: SmtpUrl = SecretStr("maildir:outbox")
    """`smtp://host:port`, `smtps://…`, `maildir:///path` (relative to data_dir)."""
    sender: MailAddress = "it-helpdesk@city.example.lg.jp"
    timeout_seconds: float = Field(default=60, gt=0)
    per_connection: int = Field(default=20, ge=1)
    starttls: Literal["when-offered", "required", "never"] = "when-offered"


class Console(Part):
    """Where the screens are served."""

    bind: HostAndPort = "127.0.0.1:8765"
    base_url: WebAddress = "http://127.0.0.1:8765"
    session_minutes: int = Field(default=480, gt=0)
    """A sign-in that nobody uses ends."""
    session_hours: int = Field(default=12, gt=0, le=168)
    """It ends then also while it is used: signing in once each morning is what people expect."""
    sessions_per_user: int = Field(default=5, ge=1, le=50)


class Trust(Part):
    """Whose word counts about who sent a mail (FAULTS 3)."""

    staff_domains: Names = ("city.example.lg.jp",)
    authserv_ids: Names = ()
    border_hosts: Names = ()
    networks: Networks = PRIVATE_NETWORKS
    """Where the city's own mail hosts are; a mail that came from elsewhere is an outsider's unless proven."""
    dkim_keys: dict[str, DkimKey] = Field(default_factory=dict)
    """`selector._domainkey.domain` → record `v=DKIM1; …; p=…`, or `file:/path` of one; none is looked up."""


class Directory(Part):
    """How old the list of people may be before everybody is told."""

    stale_days: int = Field(default=40, ge=1)
    stale_days_in_spring: int = Field(default=7, ge=1)
    """From 18 March to 14 April."""


class Desk(Part):
    """What letters and pages call things."""

    city: str = "みなと市"
    name: str = "情報システムヘルプデスク"
    phone: str = "内線 2345"
    hours: str = "平日 8時45分から17時30分まで"
    """When the phone is answered, as letters say it."""
    department: str = "デジタル戦略部"
    """The city's department that is told about hand-overs, and where they happen."""


class Hours(Part):
    """Business time."""

    opening: time = time(8, 45)
    closing: time = time(17, 30)
    closed_from: str = "12-29"
    closed_to: str = "01-03"
    closed_days: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()


class Settings(Part):
    """All settings; build them with `load`."""

    mode: Literal["production", "demo", "test"] = "production"
    city: Names = ("kobe",)
    services_folder: Path | None = None
    data_dir: Path = Path("data")
    secret: SecretStr | None = None
    """Signs tokens; made once in data_dir where it is not set."""
    clock: str = "system"
    """`system`, or `file:<path>` holding one ISO time: for demo and test only."""
    language: Literal["ja"] = "ja"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database: Database = Database()
    queue: Queue = Queue()
    mailbox: Annotated[tuple[Mailbox, ...], BeforeValidator(as_tables)] = ()
    smtp: Smtp = Smtp()
    console: Console = Console()
    trust: Trust = Trust()
    form: Annotated[tuple[Form, ...], BeforeValidator(as_tables)] = ()
    systems: dict[str, System] = Field(default_factory=dict)
    kintone: KintoneSite | None = None
    webhook: dict[str, SignedSender] = Field(default_factory=dict)
    """Form systems that send signed JSON, by the name in `Uketsuke-Sender`."""
    second_person: dict[str, Literal["none", "after", "before"]] = Field(default_factory=dict)
    """`unlock` or `<service>.unlock` → none, after, before."""
    automatic_mail_by: Literal["kintone", "uketsuke"] = "kintone"
    """Who tells the applicant that a right or space of kintone is there (catalogue `automatic_mail_by`)."""
    initial_password: Literal["system_mail", "phone", "fixed_rule", "one_time_link"] | None = None
    """How an initial password reaches its person; None = whoever hands it over says how."""
    officer_reminder_after_business_days: int = Field(default=3, ge=1, le=60)
    """A department is reminded of a check that has waited so long, and again after as long."""
    directory: Directory = Directory()
    desk: Desk = Desk()
    hours: Hours = Hours()

    @field_validator("clock")
    @classmethod
    def _known_clock(cls, value: str) -> str:
        if value != "system" and not value.startswith("file:"):
            raise ValueError("must be system or file:<path>")
        return value

    @field_validator("secret")
    @classmethod
    def _not_empty(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            raise ValueError("must not be empty: anybody could make tokens")
        return value

    def choices(self) -> dict[str, str]:
        """What the city has chosen among the settings of the catalogue."""
        chosen = {"initial_password": self.initial_password} if self.initial_password else {}
        return {**chosen, "automatic_mail_by": self.automatic_mail_by}

    def path(self, text: str) -> Path:
        """A path of the settings, relative to the data directory."""
        return self.data_dir / text

    def database_url(self) -> str:
        """The database URL with a relative SQLite file put into the data directory."""
        url = self.database.url.get_secret_value()
        file = url.removeprefix("sqlite:///")
        if file != url and not file.startswith("/"):
            return f"sqlite:///{self.path(file).resolve()}"
        return url


def load(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read file and environment; raises `ConfigurationError` with every problem found."""
    environment = os.environ if environment is None else environment
    problems: list[str] = []
    places = Places()
    named = file or (Path(environment[f"{PREFIX}CONFIG"]) if f"{PREFIX}CONFIG" in environment else None)
    values = _read_file(named, places, problems) if named else {}
    _overlay(values, environment, places, problems)
    if str(values.get("clock", "")).startswith("file:") and values.get("mode", "production") == "production":
        problems.append(f'{places.before(["clock"])}clock: file:… is for mode = "demo" or "test" only')
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [describe(dict(found), places, Settings) for found in error.errors()]
        raise ConfigurationError(tuple(problems)) from None
    if problems:
        raise ConfigurationError(tuple(problems))
    return settings


def _read_file(file: Path, places: Places, problems: list[str]) -> dict[str, Any]:
    try:
        text = file.read_text("utf-8")
        places.note_file(file, text)
        return tomllib.loads(text)
    except OSError as error:
        problems.append(f"{file}: cannot be read ({error.strerror})")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{file}: is not valid TOML ({error})")
    return {}


def _overlay(
    values: dict[str, Any], environment: Mapping[str, str], places: Places, problems: list[str]
) -> None:
    """Put `UKETSUKE_A__B=c` (or the content of `UKETSUKE_A__B_FILE`) at values["a"]["b"]."""
    for name, text in sorted(environment.items()):
        if not name.startswith(PREFIX) or name.removeprefix(PREFIX) in NOT_SETTINGS:
            continue
        path = name.removeprefix(PREFIX).lower().split("__")
        if path[-1].endswith("_file") and path[-1] not in FILES:
            path[-1] = path[-1].removesuffix("_file")
            try:
                text = Path(text).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{name}: cannot be read ({getattr(error, 'strerror', 'not UTF-8')})")
                continue
        places.note_variable(path, name)
        place = values
        for part in path[:-1]:
            inner = place.get(part)
            place[part] = place = dict(inner) if isinstance(inner, dict) else {}
        place[path[-1]] = text
