"""docs/OPERATING.md is true: its table of settings, its exit codes, its commands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.cli.conftest import Cli
from uketsuke.cli.exits import Code
from uketsuke.settings import Mailbox, Settings
from uketsuke.systems import Form, KintoneApp, KintoneSite, Part, System

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "OPERATING.md").read_text("utf-8")
LISTED: dict[str, type[Part]] = {
    "mailbox": Mailbox,
    "form": Form,
    "systems": System,
    "kintone": KintoneSite,
    "app": KintoneApp,
}
"""Tables of which there may be several."""
SETTING = re.compile(r"^\| `([\w.]+)` \| (.+?) \| .+ \|$", re.MULTILINE)


def settings(part: type[Part] = Settings, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every setting with its default, as the table writes it."""
    for name, field in part.model_fields.items():
        kind = LISTED.get(name, field.annotation)
        if isinstance(kind, type) and issubclass(kind, Part):
            yield from settings(kind, f"{prefix}{name}.{'NAME.' if name == 'systems' else ''}")
        else:
            default = field.get_default(call_default_factory=True)
            yield f"{prefix}{name}", "required" if field.is_required() else shown(default)


def shown(value: object) -> str:
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    text = ", ".join(map(str, plain)) if isinstance(plain, tuple) else "" if plain is None else str(plain)
    return f"`{text}`" if text not in ("", "{}") else "–"


def test_the_table_names_every_setting_with_its_default() -> None:
    assert dict(SETTING.findall(PAGE)) == dict(settings())


def test_every_exit_code_is_explained() -> None:
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == {
        int(code) for code in Code
    }


@pytest.mark.parametrize(
    "line", sorted(set(re.findall(r"^uketsuke ([a-z][a-z -]*[a-z])", PAGE, re.MULTILINE)))
)
def test_every_command_of_the_page_exists(cli: Cli, line: str) -> None:
    words = [word for word in line.split() if word not in ("lte-ledger", "departments.csv", "people.csv")]
    known = words[:2] if words[0] in ("import", "user") else words[:1]
    assert cli(*known, "--help").code == 0


def test_the_commented_settings_show_every_part_that_can_be_set() -> None:
    """`init` writes this file; what it does not mention nobody would find."""
    text = (ROOT / "uketsuke/templates/config/uketsuke.toml").read_text("utf-8")
    tables = set(tomllib.loads(text)) | {
        "services_folder",
        "initial_password",
        "automatic_mail_by",
        "officer_reminder_after_business_days",
    }
    tables |= set(re.findall(r"^# \[+(\w+)", text, re.MULTILINE))
    named = {name.partition(".")[0] for name, _ in settings()}
    assert named - tables <= {"mode", "secret", "clock", "language", "log_level"}
    for name, _ in settings():
        table, _, key = name.rpartition(".")
        if table in ("desk", "trust", "hours", "console", "database"):
            assert re.search(rf"^(# )?{key} = ", text, re.MULTILINE), name
