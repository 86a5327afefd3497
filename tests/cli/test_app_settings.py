"""`check-config` and kintone's apps: every problem at once, in Japanese, before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.desk import settings_for
from uketsuke.cli.app_settings import check_apps
from uketsuke.errors import ConfigurationError
from uketsuke.settings import load
from uketsuke.systems import KintoneSite

GOOD = {"id": 41, "service": "lte-handover", "fields": {"お名前": "requester_name"}}


def problems(*apps: dict[str, Any], **site: Any) -> tuple[str, ...]:
    known = {"url": "https://example.cybozu.com", "tokens": {41: SecretStr("token")}, "app": apps}
    try:
        check_apps(settings_for(Path("unused"), kintone=KintoneSite(**(known | site))))
    except ConfigurationError as error:
        return error.problems
    return ()


def test_apps_that_fit_their_services_are_no_problem() -> None:
    assert problems(GOOD) == ()


def test_all_problems_of_all_apps_are_told_at_once() -> None:
    wrong = {"id": 42, "service": "lte-handovr"}
    odd = {
        "id": 41,
        "service": "lte-handover",
        "fields": {"お名前": "requester_nam", "氏": "unit", "名": "unit"},
    }
    found = "\n".join(problems(GOOD, wrong, odd))
    for words in (
        "アプリ 41 が 2 回",
        "id = 42: APIトークンがありません",
        "業務「lte-handovr」はありません。「lte-handover」ではありませんか。",
        "「お名前」が指す項目「requester_nam」",
        "「requester_name」ではありませんか。",
        "2 つが同じ項目「unit」",
    ):
        assert words in found


def test_a_password_serves_apps_without_a_token() -> None:
    assert problems({**GOOD, "id": 42}, user="uketsuke", password=SecretStr("secret")) == ()


def test_a_misspelt_name_inside_an_app_is_told_with_the_right_one(tmp_path: Path) -> None:
    file = tmp_path / "uketsuke.toml"
    file.write_text('[kintone]\nurl = "https://k.example"\n[[kintone.app]]\nid = 1\nservise = "x"\n')
    with pytest.raises(ConfigurationError) as wrong:
        load(file, {})
    assert any("servise: no such setting; did you mean service?" in one for one in wrong.value.problems)


def test_tokens_stand_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    settings = load(
        None,
        {
            "UKETSUKE_KINTONE__URL": "https://k.example",
            "UKETSUKE_KINTONE__TOKENS__41_FILE": str(tmp_path / "token"),
            "UKETSUKE_KINTONE__APP__ID": "41",
            "UKETSUKE_KINTONE__APP__SERVICE": "lte-handover",
        },
    )
    assert settings.kintone is not None
    assert settings.kintone.tokens[41].get_secret_value() == "s3cret"
    assert settings.kintone.app[0].id == 41
