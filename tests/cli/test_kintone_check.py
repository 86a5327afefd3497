"""`kintone check`: an app's form held against its service, before the first record comes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.connectors.kintone.city import City
from tests.queue.record_desk import NUMBER, lte_app, record_city
from uketsuke.cli.form_fit import FAIL, OK, WARN, Fit, fit
from uketsuke.connectors.kintone_answers import AppProcess, FormField
from uketsuke.domain.request import Declared, Row, field, rows
from uketsuke.domain.text import label_key
from uketsuke.processors.kobe.lte_handover import LteHandover
from uketsuke.systems import KintoneApp

OWN = {"作成者": "CREATOR", "作成日時": "CREATED_TIME", "更新日時": "UPDATED_TIME"}
NO_PROCESS = AppProcess(enable=False)
SETTINGS = """\
data_dir = "{data}"
mode = "test"
[kintone]
url = "{url}"
tokens.{app} = "lte"
[[kintone.app]]
id = {app}
service = "lte-handover"
name = "LTE返却申請"
{more}
"""


def form_of(**types: str | dict[str, Any]) -> dict[str, FormField]:
    told = {code: one if isinstance(one, dict) else {"type": one} for code, one in {**OWN, **types}.items()}
    return {
        code: FormField.model_validate({"code": code, "label": code, **one}) for code, one in told.items()
    }


def verdicts(
    form: dict[str, FormField],
    process: AppProcess = NO_PROCESS,
    request: type[Declared] = LteHandover.request,
    **app: Any,
) -> dict[str, tuple[str, str]]:
    setting = KintoneApp(id=41, service="lte-handover", **app)
    labels = {label_key(alias): name for name, one in request.specs().items() for alias in one.aliases}
    found: list[Fit] = fit(setting, request, labels, form, process)
    return {one.code: (one.verdict, one.key) for one in found}


def test_labels_aliases_and_overrides_are_how_a_field_is_known() -> None:
    form = form_of(区分="DROP_DOWN", 番号="SINGLE_LINE_TEXT", 余り="NUMBER")
    form["番号"] = form["番号"].model_copy(update={"label": "管理番号"})
    found = verdicts(form, fields={"余り": "quantity", "なし": "purpose"})
    assert found["区分"] == found["番号"] == found["余り"] == (OK, "read")
    assert found["なし"] == (FAIL, "no-such-field")


def test_a_type_that_cannot_hold_the_value_and_options_nobody_knows_are_told() -> None:
    form = form_of(返却日="NUMBER", 申請区分={"type": "DROP_DOWN", "options": {"返却": {}, "その他": {}}})
    found = verdicts(form)
    assert found["返却日"] == (FAIL, "wrong-type")
    assert found["申請区分"] == (WARN, "unknown-option")


def test_who_asks_must_be_typed_where_formbridge_writes_and_made_where_people_do() -> None:
    assert verdicts(form_of(), written_by="formbridge")["氏名"] == (FAIL, "missing")
    assert "氏名" not in verdicts(form_of(), written_by="people")
    without = {code: one for code, one in form_of().items() if one.type == "CREATED_TIME"}
    found = verdicts(without, written_by="people")
    assert (found["CREATOR"], found["UPDATED_TIME"]) == ((FAIL, "no-creator"), (FAIL, "no-updated-time"))


def test_what_we_write_must_be_there_and_hold_it() -> None:
    status = {"state": "状態", "receipt_number": "受付番号", "done_on": "完了日"}
    process = AppProcess.model_validate(
        {"enable": True, "actions": [{"name": "完了にする", "from": "処理中", "to": "完了"}]}
    )
    form = form_of(状態="DROP_DOWN", 受付番号="NUMBER")
    found = verdicts(form, process, status=status, actions={"done": "完了にする", "returned": "差し戻す"})
    assert found["状態"] == (OK, "written")
    assert found["受付番号"] == (FAIL, "unwritable")
    assert found["完了日"] == (FAIL, "no-status-field")
    assert (found["完了にする"], found["差し戻す"]) == ((OK, "action"), (FAIL, "no-action"))
    assert verdicts(form, actions={"done": "完了にする"})["完了にする"] == (FAIL, "no-process")


def test_the_cells_of_a_table_are_looked_at_too() -> None:
    class User(Row):
        name: str = field("氏名", required=True)
        mail: str = field("利用者メール", required=True)

    class Users(Declared):
        users: tuple[User, ...] = rows("利用者一覧", User)

    cells = {"氏名": {"type": "FILE", "code": "氏名"}, "役職": {"type": "NUMBER", "code": "役職"}}
    found = verdicts(form_of(利用者一覧={"type": "SUBTABLE", "fields": cells}), request=Users)
    assert found["利用者一覧"] == (OK, "read")
    assert found["利用者一覧 > 役職"] == (WARN, "unread")
    assert found["利用者一覧 > 利用者メール"] == (FAIL, "missing")
    assert verdicts(form_of(利用者一覧="MULTI_LINE_TEXT"), request=Users)["利用者一覧"] == (
        FAIL,
        "wrong-type",
    )


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[City, str]]:
    with record_city() as found:
        yield found


def settings(desk: Path, url: str, more: str = "") -> Path:
    desk.write_text(SETTINGS.format(data=desk.parent / "data", url=url, app=NUMBER, more=more))
    return desk


GOOD = 'fields."申請者の名前" = "requester_name"\nstatus = { state = "状態", receipt_number = "受付番号" }'


def test_an_app_that_fits_ends_with_0_and_a_table(cli: Cli, desk: Path, town: tuple[City, str]) -> None:
    town[0].domain.apps[NUMBER] = lte_app()
    ended = cli("kintone", "check", "--config", settings(desk, town[1], GOOD))
    assert ended.code == 0, ended.err
    assert ended.out.splitlines()[0].startswith(f"LTE返却申請（{NUMBER}）→ lte-handover:")
    assert "「LTE接続端子管理番号」として読みます" in ended.out


def test_what_does_not_fit_ends_with_3_and_says_where(cli: Cli, desk: Path, town: tuple[City, str]) -> None:
    file = settings(desk, town[1], 'status = { state = "進み具合" }\nactions = { done = "完了にする" }')
    ended = cli("kintone", "check", "--config", file, "--format", "json")
    assert ended.code == 3
    wrong = {one["field"]: one["says"] for one in ended.json["fields"] if one["verdict"] == "fail"}
    assert wrong == {
        "進み具合": "状態を書くフィールドがフォームにありません",
        "完了にする": "プロセス管理が有効になっていません",
    }


def test_a_kintone_that_is_away_ends_with_4_and_a_wrong_app_with_3(
    cli: Cli, desk: Path, town: tuple[City, str]
) -> None:
    away = settings(desk, "http://127.0.0.1:9", GOOD)
    assert cli("kintone", "check", "--config", away).code == 4
    assert cli("kintone", "check", "--config", settings(desk, town[1], GOOD), "--app", 99).code == 3
