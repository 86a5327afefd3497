"""S2: the table as `docs/SECURITY.md` shows it, against every service, in a city that lies in a database.

Every way a message can come × everybody who can ask × every risk that a service can declare,
through `assess`; then the same through the whole product, where the decision is stored. What is
expected stands here and in the document, apart from the code.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.desk import mail
from tests.sample_files import Sample, samples
from tests.spoof.office import Office
from tests.spoof.test_spoof import RECORDS, genuine_of, is_clean_mail
from uketsuke.domain.authority import Authority
from uketsuke.domain.content import API_USER, AuthResult, Channel, Content, FormValue, FromFacts, Record
from uketsuke.domain.people import Account, Person, Post, SharedMailbox
from uketsuke.domain.reading import FieldValue, Reading
from uketsuke.domain.states import RequestState
from uketsuke.processors.assess import assess
from uketsuke.processors.catalogue import Catalogue, known_cities
from uketsuke.store.transaction import Transaction
from uketsuke.systems import Form

DOCUMENT = Path(__file__).parents[2] / "docs" / "SECURITY.md"
WORDS = {"by itself": (), "operator": ("operator",), "review": ("review",)}
WORDS["confirm + operator"] = ("confirm", "operator")
WHOSE = {"own": {"own", "section"}, "section": {"own", "section"}, "other": {"other"}}


def table() -> dict[tuple[str, str, str], tuple[str, ...]]:
    """(evidence, target, risk) → need, as the document says."""
    rows = re.findall(r"^\| (strong|medium|weak) \| ([a-z, ]+) \|(.+)\|$", DOCUMENT.read_text("utf-8"), re.M)
    found = {}
    for evidence, targets, cells in rows:
        named = ["own", "section", "other"] if targets == "any" else targets.split(", ")
        for target, (place, cell) in itertools.product(named, enumerate(cells.split("|"))):
            found[evidence, target, f"R{place}"] = WORDS[cell.strip()]
    return found


TABLE = table()
FLOORS = {
    "lte-handover": "R1",
    "ekobe-account": "R2",
    "ekobe-trial": "R2",
    "ekobe-unlock": "R3",
    "account-unlock": "R3",
}
"""What a service's plan does at the least. A new service needs its row here, and in `TARGETS`."""
_UNLOCK = {
    "owner": "own",
    "colleague": "other",
    "outsider": "other",
    "proxy": "section",
    "box": "other",
    "foreign": "other",
}
_SECTION = {
    "owner": "section",
    "colleague": "section",
    "outsider": "other",
    "proxy": "section",
    "box": "section",
    "foreign": "other",
}
TARGETS: dict[str, dict[str, str]] = {
    "lte-handover": _SECTION,
    "ekobe-account": _SECTION,
    "ekobe-trial": _SECTION,
    "ekobe-unlock": _UNLOCK,
    "account-unlock": _UNLOCK,
}
"""Whose the thing of the clean sample is, seen from whoever asks for it."""
PEOPLE = {"colleague": "90011", "outsider": "90012", "proxy": "90013", "retired": "90014"}
WAYS = {
    "strong": ("signed-in", "kintone", "mail", "note-checked", "mail-checked", "survey-login"),
    "medium": ("formbridge", "signed-webhook", "survey", "mail-no-claim", "box"),
    "weak": (
        "mail-failed",
        "reply-to",
        "note",
        "box-no-claim",
        "formbridge-unknown",
        "retired",
        "two-senders",
    ),
}
LOGIN = "CMSログイン名"


@dataclass
class Case:
    """A service with a clean message, and a city in which all the askers live."""

    office: Office
    reading: Reading
    """What the clean message says."""
    service: str
    owner: Person

    @property
    def domain(self) -> str:
        return self.office.city.domain

    def fields(self, person: Person) -> dict[str, str]:
        """What the clean message says, label by label, in that person's name."""
        found = {}
        mine = {"requester_name": person.name, "employee_number": person.employee_number}
        for name in self.reading.values:
            value = self.reading.current(name)
            if value is not None and "[" not in name and value.rule.startswith("label:"):
                label = value.rule.removeprefix("label:")
                found[label] = mine.get(name) or self.table(name, value) or value.raw
        found.pop(LOGIN, None)
        return {**found, "メールアドレス": str(person.mail)}

    def table(self, name: str, rows: FieldValue) -> str:
        """The rows of a table, as people write them one a line; nothing for other fields."""
        if not isinstance(rows.value, list):
            return ""
        cells = [
            [one for one in self.reading.values if one.startswith(f"{name}[{row}].")] for row in rows.value
        ]
        said = [[one.raw for cell in row if (one := self.reading.current(cell))] for row in cells]
        return "".join(f"\n{place}. {' '.join(row)}" for place, row in enumerate(said, 1))

    def message(self, way: str, asker: str) -> Content:
        """The message of somebody, as it comes that way."""
        person = self.person(asker)
        fields, address = self.fields(person), str(person.mail)
        text = "".join(f"{label}：{value}\n" for label, value in fields.items())
        base: dict[str, Any] = {"subject": self.office.city.subject, "text": text}
        passed = AuthResult(authserv_id=f"mx.{self.domain}", results=(("dmarc", "pass", self.domain),))
        failed = AuthResult(authserv_id=f"mx.{self.domain}", results=(("dmarc", "fail", self.domain),))
        proven = {"channel": Channel.MAIL, "auth_results": (passed,)}
        typed = tuple(FormValue(label=label, value=value) for label, value in fields.items())
        survey = "".join(f"[{label}]\n{value}\n\n" for label, value in fields.items())
        head = f"アンケート番号 : 0999\n{'-' * 20}\n"
        login = f"[{LOGIN}]\ncms-{person.employee_number}\n\n"
        box = {"box": f"box@{self.domain}", "foreign": f"foreign@{self.domain}"}.get(asker, address)
        ways: dict[str, dict[str, Any]] = {
            "signed-in": {"channel": Channel.FORM, "signed_in": person.employee_number},
            "kintone": {"channel": Channel.KINTONE, "record": _record(f"kt-{person.employee_number}")},
            "mail": proven,
            "note-checked": {
                "channel": Channel.NOTE,
                "values": typed,
                "identity_check": "counter",
                "text": "",
            },
            "mail-checked": {
                "channel": Channel.MAIL,
                "auth_results": (failed,),
                "identity_check": "call-back",
            },
            "survey-login": {**proven, "text": f"{head}{survey}{login}{'-' * 20}\n"},
            "formbridge": {
                "channel": Channel.FORMBRIDGE,
                "record": _record(API_USER),
                "values": typed,
                "text": "",
            },
            "signed-webhook": {"channel": Channel.FORMBRIDGE, "values": typed, "text": ""},
            "survey": {**proven, "text": f"{head}{survey}{'-' * 20}\n"},
            "mail-no-claim": {"channel": Channel.MAIL},
            "box": proven,
            "mail-failed": {"channel": Channel.MAIL, "auth_results": (failed,)},
            "reply-to": {**proven, "reply_to": (f"m@evil.{self.domain}",)},
            "note": {"channel": Channel.NOTE, "values": typed, "text": ""},
            "box-no-claim": {"channel": Channel.MAIL},
            "formbridge-unknown": {"channel": Channel.FORMBRIDGE, "text": ""},
            "retired": proven,
            "two-senders": proven,
        }
        sender = FromFacts(address=f"cms@{self.domain}" if way.startswith("survey") else box)
        if way == "two-senders":
            sender = FromFacts(address=None, defect="several")
        return Content(**{**base, "sender": sender, **ways[way]})

    def person(self, asker: str) -> Person:
        """Who asks; a mailbox is used by its section's people."""
        if asker == "owner":
            return self.owner
        domain, number = self.domain, PEOPLE.get(asker, PEOPLE["colleague"])
        return Person(
            employee_number=number,
            name=f"試験 {'甲乙丙丁'[int(number[-1]) - 1]}",
            mail=f"p{number}@{domain}",
            department=self.owner.department
            if number in (PEOPLE["colleague"], PEOPLE["retired"])
            else "ほかの課",
            active=asker != "retired",
        )

    def found(self) -> None:
        """The askers come into the directory."""
        with self.office.desk.app.database.transaction("askers") as tx:
            for asker in (*PEOPLE, "owner"):
                person = self.person(asker)
                tx.people.put(person)
                number = person.employee_number
                for system, login in (("intranet_cms", f"cms-{number}"), ("kintone_admin", f"kt-{number}")):
                    tx.accounts.put(Account(system=system, id=login, employee_number=number))
            given = Post(
                title="代理", sections=(self.owner.department,), persons=(self.owner.employee_number,)
            )
            tx.posts.put(PEOPLE["proxy"], given)
            for name, section in (("box", self.owner.department), ("foreign", "ほかの課")):
                tx.departments.put_mailbox(SharedMailbox(mail=f"{name}@{self.domain}", department=section))


def _record(creator: str) -> Record:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    return Record(app="41", id="1", revision=1, creator=creator, created_at=at, updated_at=at)


def cases() -> list[tuple[str, str, Sample]]:
    """Every shipped service that is asked for by mail, found by looking."""
    return [
        (city, service.id, max(filter(is_clean_mail, samples(f"{city}/{service.id}")), key=_labelled))
        for city in known_cities()
        for service in Catalogue.load([city]).all()
        if service.id not in RECORDS
    ]


def _labelled(sample: Sample) -> int:
    """How much of a mail stands behind labels: those can be put into another message."""
    values = sample.assessed().reading.values.values()
    return sum(1 for history in values if history[-1].rule.startswith("label:"))


@pytest.fixture(scope="module", params=cases(), ids=lambda one: one[1])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    city, service, sample = request.param
    genuine = genuine_of(sample)
    relay = Form(relay=f"cms@{genuine.domain}", form_id="0999", service=service)
    office = Office.of(city, genuine, relay)
    reading = sample.assessed().reading
    with office.desk.app.database.reading() as tx:
        (owner,) = tx.people.by_mail(str(reading.plain()["requester_email"]))
    found = Case(office, reading, service, owner)
    found.found()
    yield found
    office.close()


def askers(way: str) -> tuple[str, ...]:
    if way in ("box", "box-no-claim"):
        return ("box", "foreign")
    if way == "retired":
        return ("retired",)
    return ("owner", "colleague", "outsider", "proxy")


def judged(case: Case, tx: Transaction, content: Content) -> tuple[Authority, bool]:
    app = case.office.desk.app
    found = assess(content, case.office.city.at, app.world(tx), app.catalogue, service=case.service)
    return found.authority, bool(found.steps)


def check(case: Case, found: Authority, steps: bool, row: tuple[str, str, str, str]) -> None:
    """The decision and the reason that is stored with it."""
    (evidence, way, asker, declared), where = row, (case.service, *row)
    unknown = way in ("reply-to", "formbridge-unknown", "retired", "two-senders")
    target = "other" if unknown else TARGETS[case.service][asker]
    risk = max(declared, FLOORS[case.service] if steps else "R0")
    assert (found.evidence, found.target, found.risk) == (evidence, target, risk), where
    assert found.need == TABLE[evidence, target, risk], where
    assert found.declared == (declared if risk != declared else None), where
    assert (found.second_person is not None) is ("confirm" in found.need), where
    assert found.posts == (("代理",) if asker == "proxy" and target == "section" else ()), where
    assert found.doubts or evidence != "weak" or way in ("note", "box-no-claim", "formbridge-unknown"), where


def test_the_document_has_every_cell_and_every_service_its_rows() -> None:
    assert len(TABLE) == 3 * 3 * 4
    assert {service for _, service, _ in cases()} == set(FLOORS) == set(TARGETS)


@pytest.mark.parametrize("declared", ["R0", "R1", "R2", "R3"])
def test_every_row_for_every_service_is_the_documents(
    case: Case, monkeypatch: pytest.MonkeyPatch, declared: str
) -> None:
    """Every way with the risk that the service declares; one of each evidence with every other risk.

    These with its plan, which weighs what it does, and without one: then every cell is met.
    """
    app = case.office.desk.app
    service = app.catalogue.service(case.service)
    own = service.risk(None)
    monkeypatch.setattr(type(service), "risk", lambda _self, _request: type(own)(declared))
    seen = set()
    with app.database.reading() as tx:
        for evidence, way in ways_for(case.service, all_of_them=declared == own.value):
            for asker in askers(way):
                found, steps = judged(case, tx, case.message(way, asker))
                check(case, found, steps, (evidence, way, asker, declared))
        monkeypatch.setattr(type(service), "plan", lambda *_: ())
        for evidence, way in ways_for(case.service, all_of_them=False):
            for asker in askers(way):
                found, steps = judged(case, tx, case.message(way, asker))
                check(case, found, steps, (evidence, way, asker, declared))
                seen.add((found.evidence.value, found.target and found.target.value, found.risk))
    reachable = {"own", "section", "other"} & set(TARGETS[case.service].values())
    assert seen == set(itertools.product(WAYS, reachable, [declared])), "every row that it can reach"


def ways_for(service: str, all_of_them: bool) -> Iterator[tuple[str, str]]:
    """Evidence and way; only one form carries a login name."""
    for evidence, ways in WAYS.items():
        for way in ways if all_of_them else ways[:1]:
            if way != "survey-login" or service == "ekobe-unlock":
                yield evidence, way


def test_every_decision_of_a_mail_is_stored_with_its_reason(case: Case) -> None:
    """The same through the whole product: row, audit entry and what follows agree."""
    own = case.office.desk.app.catalogue.service(case.service).risk(None).value
    for place, (evidence, asker) in enumerate(itertools.product(WAYS, askers("mail")), 1):
        way = {"strong": "mail", "medium": "mail-no-claim", "weak": "mail-failed"}[evidence]
        content = case.message(way, asker)
        raw = mail(
            content.text,
            sender=str(content.sender.address),
            subject=content.subject,
            message_id=f"<s2-{place}@mail.{case.domain}>",
            proven=False,
            day=case.office.city.at,
        ).replace(b"city.example.lg.jp", case.domain.encode())
        verdict = {"strong": "pass", "weak": "fail"}.get(evidence)
        stamp = f"Authentication-Results: mx.{case.domain}; dmarc={verdict} header.from={case.domain}\r\n"
        number = case.office.receive((stamp.encode() if verdict else b"") + raw)
        case.office.desk.work()
        row = case.office.desk.request(number)
        assert row.authority is not None
        # What it declares is what its plan does, so it matters not here whether there is one.
        check(case, row.authority, True, (evidence, way, asker, own))
        opened = case.office.audited(number)["open"].facts["authority"]
        assert opened == row.authority.model_dump(mode="json", exclude={"person"})
        alone = row.state is RequestState.RUNNING
        assert not alone or row.authority.need == ()
