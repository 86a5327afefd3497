"""Every code has its word, every reason its sentence (UX AP-63)."""

from __future__ import annotations

import pathlib
import re
from datetime import date
from enum import StrEnum
from importlib.resources import files

import pytest

from tests.sample_files import Sample, catalogue, samples
from uketsuke.domain.authority import Evidence, Identity, Need, Path, Risk, Target
from uketsuke.domain.content import Channel, Kind
from uketsuke.domain.inquiry import AnswerWay, Category
from uketsuke.domain.plan import STEP
from uketsuke.domain.reading import Concern, SourceKind
from uketsuke.domain.states import Decision, LetterState, RequestState, Role, StepState, WaitKind
from uketsuke.errors import StalePlan, TryLater, UketsukeError
from uketsuke.intake.problems import ProblemCode
from uketsuke.processors.assessment import PlanState
from uketsuke.templates.wordbook import MissingWord, Wordbook

BOOK = Wordbook.load("ja")
TABLES: dict[str, type[StrEnum]] = {
    "request-state": RequestState,
    "requester-state": RequestState,
    "step-state": StepState,
    "wait": WaitKind,
    "letter-state": LetterState,
    "decision": Decision,
    "role": Role,
    "channel": Channel,
    "kind": Kind,
    "plan-state": PlanState,
    "source": SourceKind,
    "evidence": Evidence,
    "target": Target,
    "risk": Risk,
    "need": Need,
    "path": Path,
    "identity": Identity,
    "problem": ProblemCode,
    "inquiry-category": Category,
    "answer-way": AnswerWay,
}
UX_STATES = {
    "reading": "読取り中",
    "waiting-reply": "返信待ち",
    "merged": "統合済み",
    "superseded": "差替え済み",
}


@pytest.mark.parametrize("table", TABLES)
def test_ap_63_every_code_has_its_word(table: str) -> None:
    assert all(BOOK.word(table, code) for code in TABLES[table])


def test_ap_63_words_are_those_of_the_state_table() -> None:
    found = {
        code: BOOK.word("request-state" if BOOK.has(f"request-state.{code}") else "step-state", code)
        for code in UX_STATES
    }
    assert found == UX_STATES


def test_every_kind_of_step_has_its_word() -> None:
    kinds = [
        branch["properties"]["kind"]["const"]
        for branch in STEP.json_schema()["$defs"].values()
        if "kind" in branch.get("properties", {}) and "seq" in branch["properties"]
    ]
    assert kinds
    assert all(BOOK.step_kind(kind) for kind in kinds)


def test_every_code_of_a_concern_in_the_source_has_its_sentence() -> None:
    package = files("uketsuke.processors")
    source = "\n".join(
        one.read_text("utf-8")
        for folder in (package, package / "shapes", package / "kobe")
        for one in folder.iterdir()
        if one.name.endswith(".py")
    )
    codes = set(re.findall(r'Concern\(\s*code="([a-z-]+)"', source))
    assert len(codes) > 20
    assert codes <= BOOK.keys("concern"), codes - BOOK.keys("concern")


ALL = tuple(samples())


@pytest.mark.parametrize("sample", ALL, ids=[one.path.stem for one in ALL])
def test_every_concern_of_every_sample_is_one_plain_sentence(sample: Sample) -> None:
    for concern in sample.assessed().concerns:
        service = sample.assessed().service
        specs = (
            catalogue().service(service).request.specs()
            if service in {one.id for one in catalogue().all()}
            else {}
        )
        sentence = BOOK.concern(concern, specs, date(2026, 12, 8))
        assert sentence
        assert not re.search(r"[{}]|None|undefined|\n", sentence)


def test_a_closed_day_is_named_with_its_holiday() -> None:
    concern = Concern(
        code="date-closed",
        rule="FR-09",
        field="desired_date",
        facts={"date": "2026-04-29", "why": "holiday", "name": "昭和の日"},
    )
    assert BOOK.concern(concern, {}, date(2026, 4, 3)) == "希望日 4/29(水) は閉庁日です（昭和の日）"


def test_a_code_without_a_text_is_an_error_not_an_empty_place() -> None:
    with pytest.raises(MissingWord):
        BOOK.word("request-state", "lost")


def test_a_sentence_without_its_fact_is_an_error() -> None:
    with pytest.raises(MissingWord):
        BOOK.concern(Concern(code="duplicate", rule="FR-06"))


def test_a_fact_is_never_evaluated_and_never_endless() -> None:
    concern = Concern(
        code="unparsable-value", rule="FR-02", field="remarks", facts={"raw": "{{ 7*7 }}" + "長" * 500}
    )
    sentence = BOOK.concern(concern)
    assert "{{ 7*7 }}" in sentence
    assert len(sentence) < 200


def test_an_error_says_what_failed_and_what_to_do() -> None:
    assert "自動でやり直します" in BOOK.error(TryLater("SMTP", "421"))
    assert "LTE-0017" in BOOK.error(StalePlan("lte-ledger", "LTE-0017", {}, {}, 2))
    assert BOOK.error(UketsukeError()) == BOOK.word("error", "other")


def test_a_service_of_a_citys_own_brings_its_words_along(tmp_path: pathlib.Path) -> None:
    (tmp_path / "messages").mkdir()
    own = '[task]\nhang-monitor = "モニターの設置"\n'
    (tmp_path / "messages" / "monitor-loan.ja.toml").write_text(own, "utf-8")
    assert Wordbook.load("ja", tmp_path).task("hang-monitor") == "モニターの設置"
    assert Wordbook.load("ja", tmp_path).request_state(RequestState.DONE) == "完了"


def test_a_word_given_twice_is_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "x.ja.toml").write_text('[request-state]\ndone = "おわり"\n', "utf-8")
    with pytest.raises(MissingWord, match="given twice"):
        Wordbook.load("ja", tmp_path)
