"""Settings: one object, made once, every problem at once with the place where it stands."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from uketsuke import settings as module
from uketsuke.errors import ConfigurationError
from uketsuke.settings import Settings, load


def problems(file: Path | None, **environment: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as wrong:
        load(file, environment)
    return wrong.value.problems


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "uketsuke.toml"


def test_without_anything_there_are_defaults_that_need_no_server() -> None:
    settings = load(None, {})
    assert settings.database_url().startswith("sqlite:////")
    assert settings.queue.broker.get_secret_value() == "database"
    assert settings.smtp.url.get_secret_value() == "maildir:outbox"


def test_the_fixed_names_of_the_environment_are_settings(tmp_path: Path) -> None:
    settings = load(
        None,
        {
            "UKETSUKE_DATABASE__URL": "postgresql+psycopg://u@h/d",
            "UKETSUKE_QUEUE__BROKER": "database",
            "UKETSUKE_MAILBOX__URL": "imap://u:p@h/INBOX",
            "UKETSUKE_SMTP__URL": "smtp://h:25",
            "UKETSUKE_CONSOLE__BIND": "127.0.0.1:1",
            "UKETSUKE_CITY": "kobe, sapporo",
            "UKETSUKE_DATA_DIR": str(tmp_path),
        },
    )
    assert settings.city == ("kobe", "sapporo")
    assert settings.mailbox[0].name == "main"
    assert settings.database_url() == "postgresql+psycopg://u@h/d"


def test_the_environment_wins_over_the_file_without_wiping_what_stands_beside(file: Path) -> None:
    file.write_text("[queue]\nthreads = 2\nundo_seconds = 3\n")
    settings = load(file, {"UKETSUKE_QUEUE__THREADS": "7"})
    assert (settings.queue.threads, settings.queue.undo_seconds) == (7, 3)


def test_a_value_can_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("smtp://u:s3cret@h\n")
    settings = load(None, {"UKETSUKE_SMTP__URL_FILE": str(tmp_path / "url")})
    assert settings.smtp.url.get_secret_value() == "smtp://u:s3cret@h"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("name", ["console", " Console"])
def test_no_mailbox_bears_the_name_by_which_the_consoles_notes_are_known(file: Path, name: str) -> None:
    file.write_text(f'[[mailbox]]\nurl = "folder:///x"\nname = "{name}"\n')
    (found,) = problems(file)
    assert "mailbox.0.name: console is the name of uketsuke's own console" in found


def test_every_problem_is_told_at_once_with_its_line(file: Path) -> None:
    file.write_text(
        'mod = "demo"\n[queue]\nthreads = "many"\n[database]\nurl = 5\n'
        '[[mailbox]]\nurl = "http://x"\n[[mailbox]]\nurl = "imap://a"\npol_seconds = 5\n[smtp]\nurl = "ftp://r"\n'
    )
    found = problems(file)
    assert [problem.split(": ")[:2] for problem in found] == [
        [f"{file}:5", "database.url"],
        [f"{file}:3", "queue.threads"],
        [f"{file}:7", "mailbox.0.url"],
        [f"{file}:10", "mailbox.1.pol_seconds"],
        [f"{file}:12", "smtp.url"],
        [f"{file}:1", "mod"],
    ]


def test_a_misspelt_variable_is_named_and_what_was_meant(file: Path) -> None:
    assert problems(None, UKETSUKE_QUEUE__BROKR="x") == (
        "UKETSUKE_QUEUE__BROKR: queue.brokr: no such setting; did you mean broker?",
    )
    assert problems(None, UKETSUKE_SMPT__URL="x") == (
        "UKETSUKE_SMPT__URL: smpt: no such setting; did you mean smtp?",
    )


def test_a_wrong_value_in_the_environment_is_not_blamed_on_the_file(file: Path) -> None:
    file.write_text("[queue]\nthreads = 2\n")
    (found,) = problems(file, UKETSUKE_QUEUE__THREADS="none")
    assert found.startswith("UKETSUKE_QUEUE__THREADS: queue.threads: ")


@pytest.mark.parametrize("text", ["a = ", "\xff\xfe"])
def test_a_file_that_is_no_toml_is_one_problem_among_others(file: Path, text: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    found = problems(file, UKETSUKE_MODE="wrong")
    assert len(found) == 2
    assert "is not valid TOML" in found[0]


def test_a_file_that_is_not_there_is_a_problem(file: Path) -> None:
    assert problems(file) == (f"{file}: cannot be read (No such file or directory)",)


def test_a_secret_file_that_cannot_be_read_is_told_and_its_path_s_content_never(tmp_path: Path) -> None:
    assert problems(None, UKETSUKE_SECRET_FILE=str(tmp_path / "no")) == (
        "UKETSUKE_SECRET_FILE: cannot be read (No such file or directory)",
    )


def test_no_problem_repeats_a_secret(file: Path) -> None:
    found = problems(None, UKETSUKE_MAILBOX__URL="pop3://u:s3cret@h/")
    assert "s3cret" not in "".join(found)


def test_a_clock_in_a_file_is_refused_in_production_beside_other_problems() -> None:
    found = problems(None, UKETSUKE_CLOCK="file:clock", UKETSUKE_QUEUE__THREADS="0")
    assert [problem.split(":")[0] for problem in found] == ["UKETSUKE_CLOCK", "UKETSUKE_QUEUE__THREADS"]
    assert load(None, {"UKETSUKE_CLOCK": "file:clock", "UKETSUKE_MODE": "test"}).clock == "file:clock"


def test_settings_cannot_be_changed_once_they_are_made() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(None, {}).queue.threads = 5  # type: ignore[misc]


def test_nothing_is_read_when_the_module_is_imported() -> None:
    """No call to `load` and no look into the environment at the top of any module."""
    package = Path(module.__file__).parent
    for source in package.rglob("*.py"):
        for node in ast.parse(source.read_text("utf-8")).body:
            if isinstance(node, ast.Assign | ast.Expr | ast.AnnAssign):
                calls = [ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)]
                assert not {"load", "settings.load", "os.environ.get", "os.getenv"} & set(calls), source


def test_every_part_of_the_settings_refuses_names_it_does_not_know() -> None:
    parts = [Settings, *(field.annotation for field in Settings.model_fields.values())]
    models = [part for part in parts if isinstance(part, type) and issubclass(part, module.Part)]
    assert len(models) > 6
    assert all(model.model_config["extra"] == "forbid" for model in models)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE__URL", "mysql://db/x"),
        ("QUEUE__BROKER", "redis://localhost"),
        ("SMTP__URL", "smtp://"),
        ("SMTP__URL", "smtp://relay:many"),
        ("MAILBOX__URL", "imap:///INBOX"),
        ("SMTP__SENDER", "ヘルプデスク"),
        ("SMTP__SENDER", "desk <desk@city.example.lg.jp>"),
        ("CONSOLE__BASE_URL", "uketsuke.city.example.lg.jp"),
    ],
)
def test_an_address_that_could_never_work_is_told_before_anything_starts(name: str, value: str) -> None:
    (problem,) = problems(None, **{f"UKETSUKE_{name}": value})
    assert problem.startswith(f"UKETSUKE_{name}: ")


@pytest.mark.parametrize("name", ["SMTP__URL", "DATABASE__URL", "MAILBOX__URL"])
@pytest.mark.parametrize("password", ["kana/ria", "kana#ria", "kana?ria", "[kana]ria"])
def test_a_url_that_a_password_cuts_in_pieces_is_a_problem_that_quotes_no_piece(
    name: str, password: str
) -> None:
    scheme = {"SMTP__URL": "smtp", "DATABASE__URL": "postgresql", "MAILBOX__URL": "imap"}[name]
    with pytest.raises(ConfigurationError) as caught:
        load(None, {f"UKETSUKE_{name}": f"{scheme}://desk:{password}@mail.example.lg.jp:25/INBOX"})
    (problem,) = caught.value.problems
    assert "%2F" in problem
    assert "kana" not in problem
    assert "ria" not in problem


def test_a_directory_can_be_given_by_the_environment_its_password_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    given = {"CONNECTOR": "directory", "URL": "ldaps://dc1", "BIND": "cn=u", "BASE": "dc=x"}
    given |= {"CA_FILE": "/etc/ca.pem", "PASSWORD_FILE": str(tmp_path / "password")}
    settings = load(None, {f"UKETSUKE_SYSTEMS__EKOBE__{name}": value for name, value in given.items()})
    system = settings.systems["ekobe"]
    assert (str(system.ca_file), system.password.get_secret_value()) == ("/etc/ca.pem", "s3cret")
    assert "s3cret" not in repr(settings)
