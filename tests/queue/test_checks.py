"""What a recorded identity check is worth: of whom it was, about what, and who may say that there was one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

import pytest

from tests.desk import OFFICER, OPERATOR, SECOND, mail
from tests.queue.test_unlock import ASHIYA, Office
from uketsuke.app import Actor
from uketsuke.domain.authority import Evidence, Need
from uketsuke.domain.claims import CLAIMS
from uketsuke.domain.content import Channel
from uketsuke.domain.people import Account
from uketsuke.domain.states import RequestState, Role, StepState
from uketsuke.errors import NotAllowed, SamePerson
from uketsuke.intake.accept import accept
from uketsuke.intake.folder import collect
from uketsuke.intake.note import SOURCE as NOTES
from uketsuke.queue import decide
from uketsuke.queue.answers import complete_step
from uketsuke.queue.review import IDENTITY_CHECK, VOID
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow

NOTE = (ASHIYA / "own-counter-clean.json").read_bytes()
SOMEBODY = {"requester_name": "田村 恵", "account_id": "a30601"}
WORDS = "アカウントロック解除をお願いします。\nアカウント：a30512\n所属：市民課\n氏名：藤本 圭\n"


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office.of("ashiya", "2027-02-08T08:46")
    yield opened
    opened.close()


def called(office: Office) -> RequestRow:
    """A mail from nobody known, whose typed person was called back."""
    row = office.receive(
        mail(WORDS, sender="x@ashiya-sample.example.lg.jp", proven=False, day=office.desk.clock.at)
    )
    decide.attest(office.desk.app, OPERATOR, row.id, row.version, "call-back")
    return office.desk.request(row.number)


def corrected(office: Office, row: RequestRow, **values: str) -> RequestRow:
    decide.correct(office.desk.app, SECOND, row.id, row.version, values)
    return office.desk.request(row.number)


@pytest.mark.parametrize("way", ["note", "mail"])
def test_a_check_of_one_person_is_none_of_the_person_that_an_edit_names(office: Office, way: str) -> None:
    row = office.receive(NOTE, Channel.NOTE) if way == "note" else called(office)
    assert row.authority is not None
    assert row.authority.evidence is Evidence.STRONG
    row = corrected(office, row, **SOMEBODY)
    assert (row.authority and row.authority.need) == (Need.REVIEW,)
    with pytest.raises(NotAllowed):
        office.run(row)
    decide.attest(office.desk.app, SECOND, row.id, row.version, "counter")
    row = office.run(office.desk.request(row.number))
    with office.desk.app.database.reading() as tx:
        step = tx.steps.of_request(row.id)[0]
    assert (step.state, step.result and step.result["checked_by"]) == (StepState.DONE, SECOND.login)


def test_a_check_says_nothing_about_an_account_that_an_edit_names(office: Office) -> None:
    row = office.receive(NOTE, Channel.NOTE)
    with office.desk.app.database.transaction("second account") as tx:
        found = tx.accounts.get("ad", "a30601")
        kept = tx.ledgers.row("account-register", "a30601")
        assert found is not None
        assert kept is not None
        tx.accounts.put(found.model_copy(update={"employee_number": "30512"}))
        values = {**kept.values, "employee_number": "30512", "user_name": "藤本 圭"}
        tx.ledgers.update("account-register", "a30601", kept.version, values, Origin(actor="test"))
    row = corrected(office, row, account_id="a30601")
    assert row.overrides[IDENTITY_CHECK].reason == VOID


def test_an_edit_of_anything_else_leaves_the_check(office: Office) -> None:
    row = corrected(office, called(office), requester_phone="2211")
    assert row.overrides[IDENTITY_CHECK].reason == "call-back"


CLAIMING = {
    "identity_check": {"how": "counter", "by": "operator01"},
    "done": {"role": "lead", "units": [], "results": {"outcome": "done"}},
    "inquiry": {"question": "どこですか", "act": "answer", "answer": "x", "way": "phone"},
}


@pytest.mark.parametrize("claim", [*CLAIMING, "entered_by"])
@pytest.mark.parametrize("way", ["folder", "form"])
def test_what_a_file_says_of_itself_is_only_a_claim(office: Office, claim: str, way: str) -> None:
    """Nobody signed in for it: whoever can write a file would be an operator (FAULTS 3)."""
    note = {**json.loads(NOTE), "identity_check": None, "entered_by": "operator01"}
    raw = json.dumps({**note, claim: CLAIMING.get(claim, "lead01")}, ensure_ascii=False).encode()
    row = office.desk.request(arrived(office, raw, way))
    assert row.authority is not None
    assert (row.state, row.authority.evidence) == (RequestState.NEEDS_REVIEW, Evidence.WEAK)
    assert [one.facts["problem"] for one in row.concerns if one.code == "unreadable-part"] == [CLAIMS]
    with office.desk.app.database.reading() as tx:
        kept = tx.receipts.get(row.receipt_id).content
        assert tx.steps.of_request(row.id) == []
    assert kept is not None
    assert {kept.identity_check, kept.done, kept.entered_by, kept.extra.get("inquiry")} == {None}


def test_what_a_file_says_lets_no_unlock_happen_until_somebody_has_checked(office: Office) -> None:
    row = office.desk.request(arrived(office, NOTE, "folder"))
    with pytest.raises(NotAllowed):
        office.run(row)
    decide.attest(office.desk.app, SECOND, row.id, row.version, "counter")
    row = office.desk.request(row.number)
    assert row.authority is not None
    assert row.authority.evidence is Evidence.STRONG


def arrived(office: Office, raw: bytes, way: str) -> str:
    """A note as a folder takes it in, or its like through the door of forms; the receipt number."""
    desk, source = office.desk, "main" if way == "folder" else NOTES
    if way == "folder":
        place = desk.app.settings.data_dir / "in"
        place.mkdir()
        (place / "console.json").write_bytes(raw)
        collect(desk.app.database, place, desk.clock, name=source, max_bytes=99_999)
    else:
        accept(desk.app.database, raw, Channel.FORM, source=source, received_at=desk.clock.now())
    desk.work()
    with desk.app.database.reading() as tx:
        found = tx.receipts.find_digest(hashlib.sha256(raw).hexdigest(), source)
    assert found is not None
    return found.number


def test_nobody_checks_themselves_where_only_the_typed_name_says_who_it_is(office: Office) -> None:
    row = office.receive(
        mail(WORDS, sender="x@ashiya-sample.example.lg.jp", proven=False, day=office.desk.clock.at)
    )
    with pytest.raises(SamePerson):
        decide.attest(office.desk.app, Actor("x", Role.OPERATOR, "30512"), row.id, row.version, "counter")
    assert office.desk.request(row.number) == row


def test_work_of_an_operator_is_no_officers(office: Office) -> None:
    """An officer looks at what others have done; unlocking by hand is not theirs."""
    row = office.run(office.receive(NOTE, Channel.NOTE))
    step = office.step(row, 2)
    with pytest.raises(NotAllowed):
        complete_step(office.desk.app, OFFICER, step, {"outcome": "done"})
    complete_step(office.desk.app, SECOND, step, {"outcome": "done"})


@pytest.mark.parametrize(
    ("register", "ledger", "code"),
    [
        ({"active": False}, {}, "account-out-of-use"),
        ({}, {"state": "deleted"}, "account-out-of-use"),
        ({}, {"state": "disabled"}, "account-out-of-use"),
        ({}, {"employee_number": None, "user_name": "田村 恵"}, "account-without-owner"),
    ],
)
def test_an_account_out_of_use_or_of_two_owners_is_unlocked_by_nobody(
    office: Office, register: dict[str, bool], ledger: dict[str, str | None], code: str
) -> None:
    """The register of the system and the ledger must agree on whose it is, and that it is in use."""
    with office.desk.app.database.transaction("another") as tx:
        account, row = tx.accounts.get("ad", "a30512"), tx.ledgers.row("account-register", "a30512")
        assert account is not None
        assert row is not None
        tx.accounts.put(account.model_copy(update=register))
        if ledger:
            tx.ledgers.update("account-register", "a30512", row.version, ledger, Origin(actor="test"))
    found = office.receive(NOTE, Channel.NOTE).concerns
    assert [(one.code, one.hard) for one in found] == [(code, True)]


def test_of_two_accounts_that_differ_in_case_only_the_one_written_so_is_meant(office: Office) -> None:
    with office.desk.app.database.transaction("two") as tx:
        tx.accounts.put(Account(system="ad", id="A30512", employee_number="30601"))
        found = [tx.accounts.get("ad", one) for one in ("A30512", "a30512", "Ａ30512", "a30601", "A30601")]
    assert [one and one.employee_number for one in found] == ["30601", "30512", None, "30601", "30601"]
