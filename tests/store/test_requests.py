"""A request is changed on the version that was seen, and found the way people look (DESIGN 6, UX 5.1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from tests.store import samples
from tests.store.explain import explained
from tests.store.threads import together
from uketsuke.domain.authority import Authority, Evidence, Identity, Path
from uketsuke.domain.content import Kind
from uketsuke.domain.inquiry import Category
from uketsuke.domain.reading import Concern, FieldValue, Reading, Source, SourceKind
from uketsuke.domain.states import RequestState
from uketsuke.domain.text import key as text_key
from uketsuke.errors import NotFound, StaleVersion
from uketsuke.store.database import Database
from uketsuke.store.shapes import Candidate, Override
from uketsuke.store.transaction import Transaction
from uketsuke.store.tray import Filters, View

HOUR = timedelta(hours=1)
S = RequestState


def reading(**values: str) -> Reading:
    source = Source(kind=SourceKind.SPAN, part="text", start=0, end=4, text="原文")
    return Reading(values={name: (FieldValue(value=value, raw="原文", source=source, rule="label"),)
                           for name, value in values.items()})  # fmt: skip


def at(url: str, moment: datetime = samples.NOON) -> Database:
    return Database(url, clock=lambda: moment)


def test_everything_about_a_request_comes_back_as_it_was(database: Database) -> None:
    facts = {
        "service": "lte-handover",
        "state": S.NEEDS_REVIEW,
        "title": "lte-handover",
        "reading": reading(asset_no="LTE-0217"),
        "request": {"kind": "return", "quantity": 1},
        "concerns": (Concern(code="missing-field", rule="FR-01", field="x", facts={"n": 1}),),
        "overrides": {"k": Override(reason="確認済み", by="op", at=samples.NOON)},
        "authority": Authority(path=Path.MAIL_PROVEN, identity=Identity.ONE_PERSON, evidence=Evidence.STRONG),
        "candidates": (Candidate(service="lte-handover", words=("LTE", "返却")),),
        "due_at": samples.NOON + HOUR,
        "held_until": date(2026, 12, 1),
        "token_hash": "t" * 64,
        "kind": Kind.INQUIRY,
        "automatic": True,
    }
    with database.transaction("write") as tx:
        request_id = samples.request(tx, **facts)
        found = tx.requests.get(request_id)
        assert {name: getattr(found, name) for name in facts} == facts
        assert tx.requests.by_number(found.number) == tx.requests.by_token_hash("t" * 64) == found
        with pytest.raises(NotFound):
            tx.requests.get(999)


def test_a_change_on_an_older_version_is_refused_and_writes_nothing(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = samples.request(tx)
        assert tx.requests.update(request_id, 1, assignee="a") == 2
        with pytest.raises(StaleVersion) as stale:
            tx.requests.update(request_id, 1, assignee="b")
        assert (stale.value.expected, stale.value.found) == (1, 2)
        assert tx.requests.get(request_id).assignee == "a"
        with pytest.raises(TypeError):
            tx.requests.update(request_id, 2, number="x")  # type: ignore[call-arg]


def test_of_four_decisions_on_one_version_one_counts(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = samples.request(tx)

    def decide(number: int) -> bool:
        try:
            with database.transaction("decide") as tx:
                tx.requests.update(request_id, 1, assignee=str(number))
        except StaleVersion:
            return False
        return True

    assert sorted(together(decide)) == [False, False, False, True]


def test_the_end_is_noted_and_forgotten_with_the_state(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = samples.request(tx)
        tx.requests.update(request_id, 1, state=S.DONE)
        assert tx.requests.get(request_id).ended_at
        tx.requests.update(request_id, 2, state=S.NEEDS_REVIEW)
        assert tx.requests.get(request_id).ended_at is None


def test_similar_means_service_department_and_field_open_or_recent(database: Database) -> None:
    same = {"service": "lte-handover", "department": "道路計画課", "about": text_key("ＬＴＥ-0217")}
    with database.transaction("write") as tx:
        ids = [
            samples.request(tx, **same),
            samples.request(tx, **same, state=S.DONE),
            samples.request(tx, **{**same, "department": "広報課"}),
            samples.request(tx, **{**same, "about": text_key("LTE-0218")}),
            samples.request(tx, **same, state=S.WITHDRAWN),
        ]

        def ask(since: datetime) -> set[int]:
            found = tx.requests.similar("lte-handover", "道路計画課", "LTE‐0217", since)
            return {one.id for one in found}

        now = tx.now
        assert ask(now - HOUR) == set(ids[:2])
        assert ask(now + HOUR) == {ids[0]}


def test_a_reply_finds_the_request_by_our_letter(database: Database) -> None:
    with database.transaction("write") as tx:
        request_id = samples.request(tx)
        tx.letters.write(effect_key="1-1", purpose="ack", to="a@city.example.lg.jp", subject="s", body="b",
                         message_id="<m@x>", request_id=request_id)  # fmt: skip
        assert [one.id for one in tx.requests.by_letter_message_id(["<other@x>", "<m@x>"])] == [request_id]
        assert tx.requests.by_letter_message_id([]) == []


def fill_tray(database: Database) -> dict[str, int]:
    due, state = samples.NOON + HOUR, S.NEEDS_REVIEW
    with database.transaction("fill") as tx:
        return {
            "later": samples.request(tx, state=state, due_at=due + timedelta(days=3)),
            "none": samples.request(tx, state=state),
            "today": samples.request(tx, state=state, due_at=due, assignee="me"),
            "overdue": samples.request(tx, state=state, due_at=due - timedelta(days=1), service="s"),
            "waiting": samples.request(tx, state=S.WAITING_REPLY, due_at=due),
            "held": samples.request(tx, state=S.HELD, held_until=date(2026, 11, 24)),
            "inquiry": samples.request(tx, state=S.RUNNING, kind=Kind.INQUIRY),
            "asked": inquiry(tx, state=state, due_at=due + timedelta(days=1)),
            "call": inquiry(tx, call=True, state=state, due_at=due + timedelta(days=2)),
            "handed": inquiry(tx, call=True, handed=True, state=S.HELD),
            "done": samples.request(tx, state=S.DONE, automatic=True, due_at=due, assignee="me"),
        }


def inquiry(tx: Transaction, call: bool = False, handed: bool = False, **changes: object) -> int:
    request_id = samples.request(tx, kind=Kind.INQUIRY, **changes)
    tx.inquiries.begin(request_id, "つながりません", Category.NETWORK)
    if call:
        tx.inquiries.promise_call(request_id, "0312", samples.NOON)
    if handed:
        tx.inquiries.hand_over(request_id, "管財課", "配線はありますか", "me")
    return request_id


VIEWS = {
    View.REVIEW: ["overdue", "today", "asked", "call", "later", "none"],
    View.MINE: ["today"],
    View.TODAY: ["today", "waiting"],
    View.OVERDUE: ["overdue"],
    View.WAITING: ["waiting"],
    View.HELD: ["held", "handed"],
    View.INQUIRY: ["asked", "call", "inquiry", "handed"],
    View.INQUIRY_OPEN: ["asked"],
    View.INQUIRY_CALL: ["call"],
    View.INQUIRY_HANDED: ["handed"],
    View.AUTO: ["done"],
}


def test_ap_14_every_view_lists_what_it_says_by_deadline_and_counts_the_same(url: str) -> None:
    database = at(url)
    names = {request_id: name for name, request_id in fill_tray(database).items()}
    with database.reading() as tx:
        found = {view: [names[row.id] for row in tx.tray.page(view, "me").rows] for view in View}
        assert found == VIEWS
        assert tx.tray.counts("me") == {view: len(rows) for view, rows in VIEWS.items()}
    database.close()


def test_pages_filters_and_the_next_one(url: str) -> None:
    database = at(url)
    ids = fill_tray(database)
    with database.reading() as tx:
        page = tx.tray.page(View.REVIEW, "me", page=2, size=5)
        assert ([row.id for row in page.rows], page.total) == ([ids["none"]], 6)
        only = tx.tray.page(View.REVIEW, "me", Filters(service="s"))
        assert [row.id for row in only.rows] == [ids["overdue"]]
        after = tx.tray.after(View.REVIEW, "me", ids["overdue"])
        assert after
        assert after.id == ids["today"]
        assert tx.tray.after(View.WAITING, "me", ids["waiting"]) is None
        assert tx.tray.all_requests().total == 11
        assert [row.id for row in tx.requests.held_over(date(2026, 11, 24))] == [ids["held"]]
        assert tx.requests.held_over(date(2026, 11, 23)) == []
    database.close()


@pytest.mark.parametrize(
    "typed", ["2026-000002-8", "２０２６０００００２８", "000002-8", "田中 ＬＴＥー０２１７", "lte-0217"]
)
def test_a_request_is_found_by_number_and_folded_words(url: str, typed: str) -> None:
    database = at(url)
    with database.transaction("write") as tx:
        samples.request(tx)
        wanted = samples.request(tx)
        assert tx.requests.get(wanted).number == "2026-000002-8"
        tx.requests.update(wanted, 1, requester_name="田中 花子", reading=reading(asset_no="LTE-0217"))
        assert [row.id for row in tx.tray.search(typed).rows] == [wanted]
        assert tx.tray.search("100%").rows == ()
    database.close()


FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO requests (receipt_id, number, kind, state, version, title, channel, reading, concerns, overrides,
                      candidates, applied_at, created_at, updated_at, ended_at, automatic, search)
SELECT 1, 'x' || i, 'request', 'done', 1, '', 'mail', '{}', '[]', '{}', '[]', '2026-01-01 00:00:00.000000',
       '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', false, ''
FROM n
"""


def test_ap_89_no_list_reads_the_whole_table(url: str) -> None:
    database = at(url)
    ids = fill_tray(database)
    with database.transaction("fill") as tx:
        tx.connection.execute(text(FILL))
        tx.connection.execute(text("ANALYZE"))
    with database.reading() as tx, explained(tx.connection) as plan:
        for view in View:
            tx.tray.page(view, "me")
        tx.tray.counts("me")
        tx.requests.get(ids["held"])
        tx.requests.by_number("x1")
        tx.requests.similar("s", "d", "v", samples.NOON)
        tx.requests.about("v")
        tx.requests.by_letter_message_id(["<m@x>"])
    whole = [line for line in plan.scans if " requests" in line]  # the other tables are empty here
    assert not whole, plan.text
    database.close()
