"""Tables of the settings that name other systems: forms that mail us, directories that hold accounts."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from uketsuke.addresses import DirectoryUrl, MailAddress

LEAST_SECRET = 24
"""Characters of a secret that stands in an address."""


def _safe(url: str) -> str:
    """kintone is spoken to over TLS; only our own kintone, on this machine, is not."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not local and (parts.scheme != "https" or not parts.hostname):
        raise ValueError("must be https://host")
    if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("names the host only: https://host")
    return url


def as_tables(value: Any) -> Any:
    """One table where several may stand, as the environment gives it."""
    return [value] if isinstance(value, dict) else value


def _long(secret: SecretStr) -> SecretStr:
    """Nobody guesses it, and it stands in an address as it is."""
    text = secret.get_secret_value()
    if len(text) < LEAST_SECRET or not text.isascii() or not text.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"must be at least {LEAST_SECRET} letters, digits, - or _")
    return secret


class Part(BaseModel):
    """A table of the settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Form(Part):
    """A form whose answers a relay mails to the desk (CMS questionnaire)."""

    relay: MailAddress
    form_id: str
    service: str
    system: str = "intranet_cms"
    """The system whose login names the form carries."""


class System(Part):
    """One system in which accounts live, and who changes them there."""

    connector: Literal["manual", "directory", "kintone"] = "manual"
    title: str = ""
    """What people call it; empty = its name in the catalogue."""
    url: DirectoryUrl | None = None
    """`ldaps://host:port` or `ldap://host:port`, for `directory`."""
    kind: Literal["active-directory", "openldap"] = "active-directory"
    bind: str = ""
    """Distinguished name or user principal name of the account that we sign in with."""
    password: SecretStr = SecretStr("")
    base: str = ""
    """Below it people's accounts are looked for."""
    ca_file: Path | None = None
    """Certificate authority of the directory; None = the machine's own."""
    developers: str = ""
    """For `kintone`: code of the group whose members may build apps; empty = that is work of a person."""
    starttls: bool = False
    timeout_seconds: float = Field(default=15, gt=0)
    """How long the directory may be silent after each question."""

    @model_validator(mode="after")
    def _reachable(self) -> System:
        """A directory is signed in to, and never without TLS."""
        if self.connector != "directory":
            return self
        needed = (("url", self.url), ("bind", self.bind), ("base", self.base))
        lacking = [name for name, value in needed if not value]
        lacking += [] if self.password.get_secret_value() else ["password"]
        if lacking:
            raise ValueError(f"a directory needs {', '.join(lacking)}")
        if not self.starttls and not str(self.url).startswith("ldaps:"):
            raise ValueError("a directory is spoken to over TLS only: ldaps://, or starttls = true")
        return self


class RecordFields(Part):
    """Field codes in which an app's records show how far we are; empty = the app has no such field."""

    state: str = ""
    receipt_number: str = ""
    operator: str = ""
    done_on: str = ""
    comment: str = ""

    def codes(self) -> frozenset[str]:
        """The fields that are ours, in which an applicant changes nothing."""
        return frozenset(code for code in vars(self).values() if code)


class KintoneApp(Part):
    """One app whose records are applications for one service."""

    id: int = Field(ge=1)
    service: str
    name: str = ""
    """What people call it; empty = its number."""
    written_by: Literal["people", "formbridge"] = "people"
    """Whether the creator of a record is who asks, or FormBridge wrote what somebody typed."""
    fields: dict[str, str] = Field(default_factory=dict)
    """Field code of the app → field of the service, where its label is none that the service knows."""
    status: RecordFields = RecordFields()
    actions: dict[str, str] = Field(default_factory=dict)
    """State → name of the action in the app's process management that leads there."""
    states: dict[str, str] = Field(default_factory=dict)
    """State (`running`, `done`, `returned`) → the word that is written; empty = 処理中, 完了, 差戻し."""
    since: date | None = None
    """Records made before that day (Japan time) are left alone; None = all are taken in."""
    poll_seconds: float = Field(default=60, gt=0)
    hook: Annotated[SecretStr, AfterValidator(_long)] | None = None
    """Secret end of the webhook's address, `/hooks/kintone/<app>/<hook>`; None = there is no such address."""

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.name or f"kintone {self.id}"


class SignedSender(Part):
    """A form system that sends applications to `/api/v1/requests`, signed with this secret."""

    secret: Annotated[SecretStr, AfterValidator(_long)]


class KintoneSite(Part):
    """A city's kintone: where it is, and in whose name its apps and its administration are used."""

    url: Annotated[str, AfterValidator(_safe)]
    tokens: dict[int, SecretStr] = Field(default_factory=dict)
    """App → its API token; apps without one are used by password."""
    app: Annotated[tuple[KintoneApp, ...], BeforeValidator(as_tables)] = ()
    """Apps whose records are taken in."""
    user: str = ""
    """Login name for spaces and groups, which tokens of apps cannot change."""
    password: SecretStr = SecretStr("")
    ca_file: Path | None = None
    """Certificate authority, where a proxy inspects TLS; None = the machine's own."""
    proxy: SecretStr | None = None
    """`http://user:password@host:port` on the way to kintone."""
    timeout_seconds: float = Field(default=20, gt=0)
    """How long kintone may be silent in each call."""
    at_once: int = Field(default=4, ge=1, le=20)
    """Calls at the same time, of the hundred that kintone gives the whole city."""

    def writes_as(self, app: int) -> str:
        """The login name under which kintone keeps what we write in an app: a token is nobody's."""
        return "Administrator" if app in self.tokens else self.user

    def of(self, app: int) -> KintoneApp | None:
        """What the settings say of an app; None where its records are none of ours."""
        return next((one for one in self.app if one.id == app), None)
