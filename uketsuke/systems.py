"""Tables of the settings that name other systems: forms that mail us, directories that hold accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from uketsuke.addresses import DirectoryUrl, MailAddress


def _safe(url: str) -> str:
    """kintone is spoken to over TLS; only our own kintone, on this machine, is not."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not local and (parts.scheme != "https" or not parts.hostname):
        raise ValueError("must be https://host")
    if parts.username or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("names the host only: https://host")
    return url


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

    connector: Literal["manual", "directory"] = "manual"
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


class KintoneSite(Part):
    """A city's kintone: where it is, and in whose name its apps and its administration are used."""

    url: Annotated[str, AfterValidator(_safe)]
    tokens: dict[int, SecretStr] = Field(default_factory=dict)
    """App → its API token; apps without one are used by password."""
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
