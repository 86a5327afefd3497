"""The password that our own reset has set: shown to who hands it over, and nowhere else (FAULTS 3, S9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from tests.console.screens import Screen, form, open_screen, words
from tests.desk import OPERATOR, RETURN
from uketsuke.connectors.base import Found, Outward
from uketsuke.domain.authority import SecondPerson
from uketsuke.domain.plan import AccountAction, Confirm, ManualTask, ResultField, SendMail, Step
from uketsuke.domain.states import RequestState, StepState
from uketsuke.queue.correspondence import status_token
from uketsuke.queue.progress import release, store_plan
from uketsuke.store.steps import StepRow

OWNER, ADDRESS, ACCOUNT = "10014", "takahashi-t@city.example.lg.jp", "k1102003"
DELIVERED = ResultField(name="delivered", label="伝達の記録", choices={"delivered": "伝達済"})


@dataclass
class Directory:
    """A system of accounts that remembers the passwords that were set."""

    name: str = "directory"
    given: list[str] = field(default_factory=list)
    found: Found = Found.ABSENT

    def look(self, effect: Outward) -> Found:
        return self.found

    def act(self, effect: Outward) -> dict[str, Any]:
        self.given.append(effect.password)
        return {}

    def check(self) -> None:
        """Nothing to try."""


def steps_for(account_of: str | None) -> tuple[Step, ...]:
    """Reset, hand over, tell the owner, who has been asked."""
    facts = {"receipt_number": "1", "account_id": ACCOUNT, "system": "e-KOBE", "outcome": "done"}
    facts |= {
        "done_on": "2026-12-10",
        "asked_on": "2026-12-10",
        "asked_by": "髙橋 徹",
        "password_by": "phone",
    }
    return (
        AccountAction(
            seq=1, after=(), system="ekobe", account=ACCOUNT, do="reset-password", owner=account_of
        ),
        ManualTask(seq=2, task="deliver-password", owner=OWNER, results=(DELIVERED,)),
        SendMail(seq=3, template="kobe.ekobe-unlock.done", to=ADDRESS, recipient="髙橋 徹", facts=facts),
        Confirm(seq=4, after=(), owner=OWNER),
        Confirm(seq=5, after=(), owner=account_of or OWNER),
    )


@dataclass
class Handover:
    """A request whose password was reset, and the work of handing it over."""

    screen: Screen
    directory: Directory
    number: str = ""

    def start(self, account_of: str | None = OWNER) -> StepRow:
        """The step that hands the password over."""
        desk = self.screen.desk
        self.number = self.screen.arrive(RETURN.format(unit="LTE-0012", day="12月20日"))
        request = desk.request(self.number)
        with desk.app.database.transaction("test") as tx:
            plan_id = store_plan(desk.app, tx, request, steps_for(account_of), OPERATOR, SecondPerson.NONE)
            for one in tx.steps.of_request(request.id)[3:]:
                tx.steps.set_state(one.id, StepState.DONE, expected={StepState.PLANNED}, result={})
            tx.requests.update(request.id, request.version, state=RequestState.RUNNING, plan_id=plan_id)
            release(tx, request.id)
        desk.work()
        with desk.app.database.reading() as tx:
            return tx.steps.of_request(request.id)[1]

    def audited(self) -> list[tuple[str, Any]]:
        """Who was shown it, and what the log says of it."""
        request = self.screen.desk.request(self.number)
        with self.screen.desk.app.database.reading() as tx:
            entries = tx.audit.of_request(request.id)
        return [(one.actor, one.facts) for one in entries if one.action == "show-password"]

    def stored(self) -> str:
        """Everything in every table."""
        with self.screen.desk.app.database.reading() as tx:
            names = tx.connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'table'")
            ).scalars()
            return repr(
                [
                    tuple(row)
                    for name in names
                    for row in tx.connection.execute(text(f'SELECT * FROM "{name}"'))
                ]
            )


@pytest.fixture
def handover() -> Iterator[Handover]:
    screen, directory = open_screen().sign_in(), Directory()
    object.__setattr__(screen.desk.app, "systems", {"ekobe": directory})
    yield Handover(screen, directory)
    screen.desk.app.close()


def show(handover: Handover, step: StepRow) -> Any:
    page = handover.screen.get(f"/work-items/{step.id}")
    return handover.screen.send(form(page, "/password"), code=200)


def test_what_the_reset_set_is_shown_once_asked_for_and_that_is_in_the_history(handover: Handover) -> None:
    step = handover.start()
    (password,) = handover.directory.given
    page = handover.screen.get(f"/work-items/{step.id}")
    assert password not in words(page)
    assert handover.audited() == []
    answer = show(handover, step)
    assert password in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert handover.audited() == [("hashimoto", {"step": 2, "resets": [1]})]
    history = words(handover.screen.get(f"/requests/{handover.number}"))
    assert "初期パスワードを表示しました" in history


def test_it_stands_on_no_other_page_and_in_no_table_letter_or_log(
    handover: Handover, capfd: pytest.CaptureFixture[str]
) -> None:
    step, desk = handover.start(), handover.screen.desk
    (password,) = handover.directory.given
    answer = show(handover, step)
    assert password not in str(answer.url)
    done = form(handover.screen.get(f"/work-items/{step.id}"), f"/work-items/{step.id}")
    handover.screen.send(done, "作業を完了", r__delivered="delivered")
    desk.work()
    status = f"/s/{status_token(desk.app, handover.number)}"
    pages = ["/work-items", f"/work-items/{step.id}", f"/requests/{handover.number}", "/outbox", status]
    seen = [handover.screen.client.get(one).text for one in pages]
    letters = [one.as_string() + one.get_content() for one in desk.letters()]
    assert any("電話でお伝えします" in one for one in letters)
    told = capfd.readouterr()
    assert not [one for one in (*seen, *letters, handover.stored(), told.out, told.err) if password in one]


def test_after_it_was_handed_over_it_is_not_shown_any_more(handover: Handover) -> None:
    step = handover.start()
    page = handover.screen.get(f"/work-items/{step.id}")
    done = form(page, f"/work-items/{step.id}")
    handover.screen.send(done, "作業を完了", r__delivered="delivered")
    late = handover.screen.send(form(page, "/password"), code=303)
    assert late.headers["location"] == f"/work-items/{step.id}"
    assert handover.directory.given[0] not in late.text
    assert handover.audited() == []
    assert not [one for one in handover.screen.get(f"/work-items/{step.id}").forms if one.get("id") == "pf"]


def test_an_officer_is_offered_none_and_refused(handover: Handover) -> None:
    step = handover.start()
    handover.screen.sign_in("mori")
    page = handover.screen.get(f"/work-items/{step.id}")
    assert not [one for one in page.forms if one.get("id") == "pf"]
    handover.screen.send(form(page, f"/work-items/{step.id}"), "作業を完了", code=422)
    token = page.xpath("//input[@name='csrf']/@value")[0]
    assert (
        handover.screen.client.post(f"/work-items/{step.id}/password", data={"csrf": token}).status_code
        == 403
    )
    assert handover.audited() == []


def test_the_owner_does_not_show_it_to_themselves(handover: Handover) -> None:
    step = handover.start()
    desk = handover.screen.desk
    with desk.app.database.transaction("test") as tx:
        user = tx.users.get("hashimoto")
        assert user is not None
        tx.users.put(user.model_copy(update={"employee_number": OWNER}))
    page = handover.screen.get(f"/work-items/{step.id}")
    handover.screen.send(form(page, "/password"), code=403)
    assert handover.audited() == []


@pytest.mark.parametrize("account_of", ["10002", None])
def test_the_password_of_somebody_elses_account_is_not_shown(
    handover: Handover, account_of: str | None
) -> None:
    step = handover.start(account_of)
    assert len(handover.directory.given) == 1
    page = handover.screen.get(f"/work-items/{step.id}")
    assert not [one for one in page.forms if one.get("id") == "pf"]


def test_a_password_that_a_person_reset_by_hand_is_not_ours_to_show(handover: Handover) -> None:
    object.__setattr__(handover.screen.desk.app, "systems", {})
    delivers = handover.start()
    reset = delivers.id - 1
    page = form(handover.screen.get(f"/work-items/{reset}"), f"/work-items/{reset}")
    handover.screen.send(page, "作業を完了", r__outcome="done", r__told="told")
    handover.screen.desk.work()
    page = handover.screen.get(f"/work-items/{delivers.id}")
    assert not [one for one in page.forms if one.get("id") == "pf"]
