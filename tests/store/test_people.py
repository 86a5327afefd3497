"""People, sign-ins, questions, marks, and the world a plan sees of them (DESIGN 10)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.store import samples
from uketsuke.domain.calendar import Calendar
from uketsuke.domain.people import Account, Department, Person, Post, SharedMailbox
from uketsuke.domain.reading import FieldValue, Reading, Source, SourceKind
from uketsuke.domain.snapshot import SnapshotWorld
from uketsuke.domain.states import Role
from uketsuke.domain.text import key as text_key
from uketsuke.domain.world import World
from uketsuke.errors import NotFound
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Origin
from uketsuke.store.transaction import Transaction
from uketsuke.store.users import User
from uketsuke.store.world import StoredWorld

TODAY = date(2026, 11, 20)
STAFF = [
    Person(
        employee_number="10001",
        name="田中 花子",
        kana="タナカ ハナコ",
        mail="Tanaka-H@city.example.lg.jp",
        phone="内線 2345",
        department="市民協働課",
        posts=(Post(title="課長", roles=("head",)),),
    ),
    Person(employee_number="10002", name="髙橋 徹", kana="タカハシ トオル", department="道路計画課"),
    Person(employee_number="10003", name="田中 花子", department="広報課", valid_to=date(2026, 3, 31)),
]
DEPARTMENTS = [
    Department(
        code="110100", name="市民協働課", aliases=("市民協働",), general_affairs_list="s@city.example.lg.jp"
    ),
    Department(code="110200", name="道路計画課", general_affairs_list="d@city.example.lg.jp"),
    Department(code="110600", name="港湾管理課"),
]
BOX = SharedMailbox(mail="doro@city.example.lg.jp", department="道路計画課")
LEDGER = {"asset_no": "LTE-0012", "status": "handed_out", "department": "道路計画課"}


def fill(tx: Transaction) -> None:
    assert tx.people.import_rows(STAFF) == 3
    for department in DEPARTMENTS:
        tx.departments.put(department)
    tx.departments.put_mailbox(BOX)
    tx.ledgers.insert("lte-ledger", "LTE-0012", LEDGER, Origin(actor="import", at=samples.NOON))


def test_people_come_back_as_they_were_and_are_replaced_by_number(database: Database) -> None:
    with database.transaction("people") as tx:
        fill(tx)
        assert tx.people.export_rows() == STAFF
        tx.people.put(STAFF[1].model_copy(update={"department": "広報課"}))
        found = tx.people.get("10002")
        assert found
        assert found.department == "広報課"
        assert tx.people.get("9") is None


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("2345", ["10001"]), ("たなか", ["10001"]), ("高橋", ["10002"]), ("１０００２", ["10002"]),
     ("田中 協働", []), ("tanaka-h", ["10001"]), ("%", [])],
)  # fmt: skip
def test_ap_82_people_are_found_by_number_name_kana_part_or_extension(
    database: Database, words: str, numbers: list[str]
) -> None:
    with database.transaction("people") as tx:
        fill(tx)
        assert [person.employee_number for person in tx.people.search(words) if person.kana] == numbers


def worlds(tx: Transaction) -> list[World]:
    """The same world from the database and from plain values."""
    data = {
        "staff": [person.model_dump() for person in STAFF],
        "departments": [department.model_dump() for department in DEPARTMENTS],
        "shared_mailboxes": [BOX.model_dump()],
        "lte-ledger": [LEDGER],
        "staff_domains": ["City.example.lg.jp"],
        "trusted_authserv_ids": ["mx.city.example.lg.jp"],
        "border_hosts": ["mx.city.example.lg.jp"],
    }
    trust = (["City.example.lg.jp"], ["mx.city.example.lg.jp"], ["mx.city.example.lg.jp"])
    return [StoredWorld(tx, TODAY, Calendar({}), *trust), SnapshotWorld(data, TODAY)]


def test_the_stored_world_answers_as_the_plain_one_does(database: Database) -> None:
    with database.transaction("people") as tx:
        fill(tx)
        stored, plain = ([
            world.staff_domains, world.trusted_authserv_ids, world.border_hosts, world.today,
            world.people(mail="tanaka-h@CITY.example.lg.jp"),
            world.people(name="田中　花子"), world.people(name="高橋徹"),
            world.people(name="田中花子", mail="x@city.example.lg.jp"), world.people(),
            world.departments("市民協働"), world.departments("110200"), world.departments("無い課"),
            world.mailbox("DORO@city.example.lg.jp"), world.mailbox("x@y"),
            [world.address_of(name) for name in ("市民協働課", "道路計画課", "港湾管理課", "無い課")],
            world.knows_ledger("lte-ledger"), world.knows_ledger("ipad-ledger"),
            world.row("lte-ledger", "LTE-0012"), world.row("lte-ledger", "LTE-9999"),
            world.rows("lte-ledger", {"status": "handed_out"}), world.rows("lte-ledger", {"status": "lost"}),
        ] for world in worlds(tx))  # fmt: skip
    assert stored == plain


def test_without_a_directory_people_and_departments_are_unknown(database: Database) -> None:
    with database.reading() as tx:
        world = StoredWorld(tx, TODAY, Calendar({}))
        assert (world.people(name="x"), world.departments("x"), world.staff_domains) == (None, None, None)
        assert not world.knows_ledger("lte-ledger")


def test_the_world_knows_similar_requests_also_those_of_one_receipt(database: Database) -> None:
    """Parts of one message are told apart by their numbers, like all requests."""
    value = FieldValue(value="LTE-0217", raw="LTE-0217", source=Source(kind=SourceKind.SPAN), rule="label")
    read = Reading(values={"asset_no": (value,)})
    same = {"service": "s", "department": "d", "about": text_key("LTE-0217"), "reading": read}
    with database.transaction("write") as tx:
        first = tx.requests.get(samples.request(tx, **same))
        tx.requests.add(first.receipt_id, "2026-000002-2", **same)  # type: ignore[arg-type]
        found = StoredWorld(tx, TODAY, Calendar({})).similar("s", "d", "asset_no", "LTE-0217")
    assert {one.number for one in found} == {first.number, "2026-000002-2"}
    assert found[0].values == {"asset_no": "LTE-0217"}


def test_accounts_belong_to_systems_and_people(database: Database) -> None:
    account = Account(system="e-minato", id="u1", employee_number="10001")
    with database.transaction("write") as tx:
        tx.accounts.put(account)
        assert tx.accounts.get("e-minato", "u1") == account
        assert tx.accounts.of_person("10001") == [account]
        assert tx.accounts.get("other", "u1") is None


def test_a_session_ends_by_time_by_sign_out_by_a_new_password_and_with_its_sign_in(
    database: Database,
) -> None:
    user = User(login="op", name="処理担当", password_hash="h", roles=(Role.OPERATOR, Role.LEAD))
    with database.transaction("users") as tx:
        tx.users.put(user)
        assert [tx.users.get("op"), *tx.users.all()] == [user, user]
        later, over = tx.now + timedelta(hours=1), tx.now - timedelta(hours=1)
        for token, expires in (("a", later), ("b", over), ("c", later), ("d", later)):
            tx.sessions.open(token, "op", "csrf", expires)
        assert [bool(tx.sessions.get(token)) for token in "abcdx"] == [True, False, True, True, False]
        assert [one.token_hash for one in tx.sessions.of("op")] == ["a", "c", "d"]
        tx.sessions.touch("b", later)
        tx.sessions.close("c")
        tx.sessions.touch("d", over)
        assert tx.sessions.forget_expired() == 1
        assert [bool(tx.sessions.get(token)) for token in "abcd"] == [True, True, False, False]
        tx.users.put(user.model_copy(update={"active": False}))
        assert tx.sessions.get("a") is None
        tx.users.put(user)
        tx.users.set_password("op", "new")
        assert tx.sessions.get("a") is None
        with pytest.raises(NotFound):
            tx.users.set_password("nobody", "new")


def test_a_question_is_open_until_an_answer_comes(database: Database) -> None:
    with database.transaction("ask") as tx:
        request_id = samples.request(tx)
        asked = tx.exchanges.ask(
            request_id, "op", "次の点についてご回答をお願いします", ("台数は何台ですか",)
        )
        open_one = tx.exchanges.open_of(request_id)
        assert open_one
        assert (open_one.id, open_one.questions) == (asked, ("台数は何台ですか",))
        tx.exchanges.answer(request_id, "田中 花子", "2台です")
        assert tx.exchanges.open_of(request_id) is None
        assert [one.direction for one in tx.exchanges.of_request(request_id)] == ["out", "in"]


def test_a_mark_keeps_its_last_value_and_can_be_cleared(database: Database) -> None:
    with database.transaction("mark") as tx:
        for value in (1, {"error": "refused"}):
            tx.marks.set("mailbox:desk:error", value)  # type: ignore[arg-type]
        tx.marks.set("mailbox_desk")
        (mark,) = tx.marks.beginning("mailbox:")
        assert mark.value == {"error": "refused"}
        tx.marks.clear("mailbox:desk:error")
        assert tx.marks.get("mailbox:desk:error") is None
