"""Which settings a command works with, and how they look with their secrets covered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import typer
from pydantic import BaseModel, SecretStr

from uketsuke.cli.words import say
from uketsuke.settings import PREFIX, Settings, load

FILE_NAME = "uketsuke.toml"
COVERED = "***"

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help=say("option.config"), dir_okay=False, show_default=False)
]


def configuration_file(named: Path | None) -> Path | None:
    """The file named, else that of `UKETSUKE_CONFIG`, else `uketsuke.toml` here where there is one."""
    if named is not None:
        return named
    if f"{PREFIX}CONFIG" in os.environ:
        return Path(os.environ[f"{PREFIX}CONFIG"])
    return Path(FILE_NAME) if Path(FILE_NAME).exists() else None


def settings_of(named: Path | None) -> Settings:
    """Load the settings; raises `ConfigurationError` with every problem."""
    return load(configuration_file(named))


def environment_of(named: Path | None) -> dict[str, str]:
    """The environment for processes that shall work with the same settings."""
    file = configuration_file(named)
    return {**os.environ, **({f"{PREFIX}CONFIG": str(file.resolve())} if file else {})}


def cover(value: Any) -> Any:
    """Plain values of the settings, with passwords and keys covered."""
    if isinstance(value, BaseModel):
        return {name: cover(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, SecretStr):
        return _cover_secret(value.get_secret_value())
    if isinstance(value, tuple | list):
        return [cover(item) for item in value]
    if isinstance(value, dict):
        return {name: cover(item) for name, item in value.items()}
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def flatten(value: Any, path: str = "") -> list[tuple[str, str]]:
    """Dotted name and value of every setting, in order."""
    if isinstance(value, dict):
        return [
            pair
            for name, inner in value.items()
            for pair in flatten(inner, f"{path}.{name}" if path else name)
        ]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [pair for number, inner in enumerate(value) for pair in flatten(inner, f"{path}[{number}]")]
    shown = ", ".join(map(str, value)) if isinstance(value, list) else value
    return [(path, "-" if shown in (None, "") else str(shown))]


def _cover_secret(text: str) -> str:
    """A URL keeps all but its password; what is no URL is covered whole."""
    parts = urlsplit(text)
    if not parts.scheme or ":" not in text:
        return text if text == "database" else COVERED
    if parts.password is None:
        return text
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:{COVERED}@{host}"))
