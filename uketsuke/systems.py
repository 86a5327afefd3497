"""Tables of the settings that name other systems: forms that mail us, directories that hold accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from uketsuke.addresses import DirectoryUrl, MailAddress


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
