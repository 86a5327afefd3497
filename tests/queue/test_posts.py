"""For whom somebody may ask: their own section, those a post gives them, a section's mailbox (FAULTS 3)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from tests.desk import OPERATOR, RETURN, Desk, mail
from tests.vault import OWNER, open_vault
from uketsuke.domain.authority import Evidence, Identity, Need, Target
from uketsuke.domain.calendar import JST
from uketsuke.domain.people import Department, Post, SharedMailbox
from uketsuke.domain.plan import SendMail
from uketsuke.domain.states import RequestState
from uketsuke.errors import SamePerson
from uketsuke.queue import decide
from uketsuke.store.requests import RequestRow

PROXY, CITY = "10001", "city.example.lg.jp"
"""田中 花子 of 市民協働課; the unit that is returned is one of 道路計画課."""
BODY = RETURN.format(unit="LTE-0012", day="12月18日").replace("髙橋 徹", "田中 花子")
BOX = f"doro@{CITY}"
AT = datetime(2026, 12, 10, 10, 5, tzinfo=JST)


def post(*sections: str, **facts: Any) -> Post:
    return Post(title="道路計画課 兼務", sections=sections, **facts)


def asked(
    desk: Desk, body: str = BODY, sender: str = f"tanaka-h@{CITY}", place: int = 1, **more: Any
) -> RequestRow:
    message_id = f"<posts-{place}@mail.{CITY}>"
    number = desk.receive(mail(body, sender=sender, message_id=message_id, day=AT, **more)).number
    desk.work()
    return desk.request(number)


def given(desk: Desk, *posts: Post, number: str = PROXY) -> None:
    with desk.app.database.transaction("posts") as tx:
        for one in posts:
            tx.posts.put(number, one)


def boxed(desk: Desk, section: str = "道路計画課") -> None:
    with desk.app.database.transaction("mailbox") as tx:
        tx.departments.put_mailbox(SharedMailbox(mail=BOX, department=section))


def facts(row: RequestRow) -> tuple[Any, ...]:
    assert row.authority is not None
    found = row.authority
    return found.evidence, found.target, found.need, found.posts


def test_what_another_section_holds_waits_for_an_operator(desk: Desk) -> None:
    row = asked(desk)
    assert facts(row) == (Evidence.STRONG, Target.OTHER, (Need.OPERATOR,), ())
    assert row.state is RequestState.NEEDS_REVIEW


@pytest.mark.parametrize("name", ["道路計画課", "道路計画", "110200"])
def test_a_post_for_that_section_makes_it_the_sections_own_affair(desk: Desk, name: str) -> None:
    """By its name, alias or code; which post it was is stored with the decision, and in the audit log."""
    given(desk, post("環境保全課", name), Post(title="委員", sections=("広報課",)))
    row = asked(desk)
    assert facts(row) == (Evidence.STRONG, Target.SECTION, (), ("道路計画課 兼務",))
    assert row.state is RequestState.RUNNING
    with desk.app.database.reading() as tx:
        (opened,) = [one for one in tx.audit.of_request(row.id) if one.action == "open"]
    assert opened.facts["authority"]["posts"] == ["道路計画課 兼務"]  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    "held",
    [
        post("道路計画課", valid_from=date(2026, 12, 11)),
        post("道路計画課", valid_to=date(2026, 12, 9)),
        post("広報課"),
        post("道路計画課の隣"),
        Post(title="道路計画課 課長", roles=("道路計画課",), persons=(OWNER,)),
    ],
)
def test_a_post_of_another_day_section_or_kind_gives_nothing(desk: Desk, held: Post) -> None:
    given(desk, held)
    assert facts(asked(desk)) == (Evidence.STRONG, Target.OTHER, (Need.OPERATOR,), ())


def test_a_post_ends_with_its_day_and_is_nobody_elses(desk: Desk) -> None:
    given(desk, post("道路計画課", valid_to=date(2026, 12, 10)))
    given(desk, post("道路計画課"), number="10003")
    assert facts(asked(desk))[1] is Target.SECTION
    desk.clock.at = AT.replace(day=11)
    second = BODY.replace("LTE-0012", "LTE-0017")
    assert facts(asked(desk, second, place=2))[1] is Target.OTHER


def test_two_sections_of_one_name_are_none(desk: Desk) -> None:
    """Never a silent guess: after a merger both are called so."""
    given(desk, post("道路"))
    with desk.app.database.transaction("merge") as tx:
        for code, name in (("110200", "道路計画課"), ("110900", "道路管理課")):
            tx.departments.put(Department(code=code, name=name, aliases=("道路",)))
    assert facts(asked(desk))[1] is Target.OTHER


@pytest.mark.parametrize("sender", [f"tanaka-h@{CITY}.evil.example", "m@evil.example"])
def test_no_post_helps_who_is_not_proven(desk: Desk, sender: str) -> None:
    given(desk, post("道路計画課"))
    row = asked(desk, sender=sender)
    assert facts(row)[0] is Evidence.WEAK
    assert facts(row)[2] == (Need.REVIEW,)


def letters_to(desk: Desk, row: RequestRow) -> list[tuple[str, tuple[str, ...]]]:
    assert row.plan_id is not None
    with desk.app.database.reading() as tx:
        steps = tx.plans.get(row.plan_id).plan().steps
    return [(step.to, step.cc) for step in steps if isinstance(step, SendMail)]


def test_a_sections_mailbox_asks_for_its_section_and_gets_the_result(desk: Desk) -> None:
    """Medium evidence, its own section; letters go to that very mailbox, copies to its people in Cc."""
    boxed(desk)
    box = f"Cc: kobayashi-m@{CITY}, tanaka-h@{CITY}, m@evil.example\r\n".encode()
    number = desk.receive(box + mail(BODY, sender=BOX, day=AT)).number
    desk.work()
    row = desk.request(number)
    assert facts(row) == (Evidence.MEDIUM, Target.SECTION, (), ())
    assert (row.requester_mail, row.person, row.state) == (BOX, None, RequestState.RUNNING)
    told = [cc for to, cc in letters_to(desk, row) if to == BOX]
    assert told[-1] == (f"kobayashi-m@{CITY}",)
    assert not any(told[:-1])
    addresses = {str(one["To"]) for one in desk.letters()}
    assert BOX in addresses
    assert not {f"tanaka-h@{CITY}", "m@evil.example"} & addresses


@pytest.mark.parametrize(
    ("section", "more", "evidence", "target"),
    [
        ("広報課", {}, Evidence.MEDIUM, Target.OTHER),
        ("廃止された課", {}, Evidence.MEDIUM, Target.OTHER),
        ("道路計画課", {"proven": False}, Evidence.WEAK, Target.SECTION),
    ],
)
def test_a_mailbox_speaks_for_its_own_section_and_over_a_proven_path_alone(
    desk: Desk, section: str, more: dict[str, Any], evidence: Evidence, target: Target
) -> None:
    boxed(desk, section)
    row = asked(desk, sender=BOX, **more)
    assert facts(row)[:2] == (evidence, target)
    assert row.state is RequestState.NEEDS_REVIEW


def test_what_a_mailbox_asks_of_r3_waits_until_somebody_is_known_to_ask() -> None:
    """Nobody can be another person than somebody unknown; an identity check names the person."""
    vault = open_vault()
    boxed(vault.desk)
    row = vault.ask(sender=BOX)
    assert facts(row)[:2] == (Evidence.MEDIUM, Target.SECTION)
    with pytest.raises(SamePerson):
        vault.run(row)
    assert vault.state() == "locked"
    version = decide.attest(vault.desk.app, OPERATOR, row.id, row.version, "counter")
    now = vault.desk.request(row.number)
    assert (now.version, now.authority and now.authority.identity) == (version, Identity.ATTESTED)
    vault.run(now)
    vault.desk.app.close()


def test_who_stands_in_for_somebody_asks_and_the_owner_still_agrees() -> None:
    """A secretary by post, in another section: the link goes to the owner, the table is that of a section."""
    vault = open_vault()
    given(vault.desk, Post(title="秘書", sections=("道路計画課",), persons=(OWNER,)))
    row = vault.ask(sender=f"tanaka-h@{CITY}")
    assert facts(row)[1:] == (Target.SECTION, (Need.CONFIRM, Need.OPERATOR), ("秘書",))
    vault.desk.app.close()
