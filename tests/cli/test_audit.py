"""`audit verify`: whole or not, in words, as JSON, and by its exit code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from tests.cli.conftest import Cli
from uketsuke.cli.opening import app_of


def test_a_whole_log_is_told_with_its_end_and_a_broken_one_with_its_place(cli: Cli, desk: Path) -> None:
    with app_of(desk) as app, app.database.transaction("fill") as tx:
        for number in range(5):
            tx.audit.append(tx.now, "op", "run", f"request:{number}")
        last, end = tx.audit.head()
    ended = cli("audit", "verify", "--end", f"{last}:{end}", "--config", desk)
    assert ended.code == 0, ended.err
    assert f"{last}:{end}" in ended.out
    with app_of(desk) as app, app.database.transaction("tamper") as tx:
        tx.connection.execute(text("UPDATE audit SET actor = 'somebody' WHERE id = 3"))
    ended = cli("audit", "verify", "--config", desk, "--format", "json")
    assert (ended.code, ended.json["broken"], ended.json["fault"]) == (5, 3, "edited")
    assert "3番の記録の内容が、書かれたときと違います" in ended.err


def test_an_end_on_paper_that_does_not_fit_is_told(cli: Cli, desk: Path) -> None:
    ended = cli("audit", "verify", "--end", f"1:{'0' * 64}", "--config", desk)
    assert (ended.code, "控えと違います" in ended.err) == (5, True)
    assert cli("audit", "verify", "--end", "nonsense", "--config", desk).code == 2
