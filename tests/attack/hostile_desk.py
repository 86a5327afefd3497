"""A desk's whole day in which every text that anybody gives is an attack, and one of each page to show it."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from tests.attack.payloads import LINES, PARTS, PAYLOADS, part, text
from tests.attack.places import CUT
from tests.console.screens import CLEAN, FLAGGED, PASSWORD_HASH, Screen
from tests.desk import OPERATOR, SECOND, mail
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.inquiry import AnswerWay
from uketsuke.domain.job import JobName
from uketsuke.domain.people import Account, Department, Person, Post, SharedMailbox
from uketsuke.domain.states import LetterState, RequestState, Role
from uketsuke.queue import answers, approval, confirm, decide, hindsight, inquiries
from uketsuke.queue.split import split
from uketsuke.settings import Desk as DeskSettings
from uketsuke.store.ledgers import Origin
from uketsuke.store.oversight import Verdict
from uketsuke.store.requests import RequestRow
from uketsuke.store.shapes import Refusal
from uketsuke.store.users import User
from uketsuke.systems import System

LOGIN = "<hit->&\"'"
"""A sign-in may be called anything, too."""
ADDRESS = '"><hit-@city.example.lg.jp'
OFFICER = Actor("officer01", Role.OFFICER, "D0004")


def _word(plain: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(plain.encode()).decode()}?="


def _names() -> list[str]:
    """Names before an address, as long as they may be: together they are all payloads that come whole."""
    found = [""]
    for payload in PAYLOADS:
        if not set(payload) & set(CUT["sender.display"]):
            if len(found[-1]) + len(payload) > 190:
                found.append("")
            found[-1] += f" {payload}"
    return found


NAMES = _names()


def hostile_mail(number: int, kind: str = "返却", unit: str | None = None) -> bytes:
    """Every header that takes words, labels and values, the text, a signature, HTML, a file's name.

    Each mail has its share of the payloads in every place; names before addresses are hostile in the
    first and from `PARTS` on only, because such a sender is nobody's.
    """

    def words(field: str) -> str:
        return part(field, number)

    hostile = number == 0 or number >= PARTS
    display = _word(NAMES[max(0, number - PARTS + 1)]) if hostile else ""
    named = {"from": display, "reply-to": display}
    labels = ("所属", "氏名", "電話番号", "返却希望日", "備考", "利用目的", words("label"))
    lines = [f"申請区分：{kind}", f"管理番号：{unit or words('unit')}", f"{number}件目"]
    lines += [f"{label}：{words(f'body-{place}')}" for place, label in enumerate(labels)]
    lines += [words("prose"), *LINES, "-- ", words("signature"), f"> {words('quote')}"]
    body = base64.b64encode("\n".join(lines).encode()).decode()
    page = base64.b64encode(f"<p>{words('markup')}</p>".encode()).decode()
    return "\r\n".join(
        (
            "Authentication-Results: mx.city.example.lg.jp; dmarc=pass header.from=city.example.lg.jp",
            "Received: from relay.city.example.lg.jp by mx.city.example.lg.jp; "
            "Thu, 10 Dec 2026 10:00:00 +0900",
            f"From: {named['from']} <takahashi-t@city.example.lg.jp>",
            f"Reply-To: {named['reply-to']} <takahashi-t@city.example.lg.jp>",
            f"To: {_word(text('to'))} <it-helpdesk@city.example.lg.jp>",
            f"Cc: {_word(text('cc'))} <kobayashi-m@city.example.lg.jp>",
            f"Subject: {_word(f'LTE接続端子 {number} ' + words('subject'))}",
            f"Message-ID: <hit-{number}-<hit->@mail.city.example.lg.jp>",
            'In-Reply-To: <"><hit->@x>',
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="b"',
            "",
            "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            body,
            "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n",
            page,
            *(_file(payload) for payload in (PAYLOADS[number % PARTS :: PARTS])),
            "--b--\r\n",
        )
    ).encode()


def _file(name: str) -> str:
    """A part of a mail: a file with that name."""
    kind = '--b\r\nContent-Type: application/x-"><hit->; name="x"\r\n'
    return f'{kind}Content-Disposition: attachment; filename="{_word(name)}"\r\n\r\nx'


def _question(place: int) -> bytes:
    body = f"自宅で使えますか？\n{part('asks', place)}"
    plain = mail(body, subject="SUBJECT", message_id=f"<q-{place}@x>")
    return plain.replace(b"SUBJECT", _word(f"質問 {place} {part('asked', place)}").encode())


def open_hostile_desk() -> Screen:
    """Everything is there; nobody is signed in."""
    names = {name: text(f"desk-{name}") for name in ("city", "name", "phone", "hours", "department")}
    vault = open_vault(desk=DeskSettings(**names), systems={"vault": System(title=text("system"))})
    screen = Screen(vault.desk)
    _fill_registers(vault)
    rows = _fill_tray(vault)
    _fill_services(vault)
    _fill_vault(vault)
    _fill_outbox(vault, rows[0])
    vault.desk.work()
    return screen


def _fill_registers(vault: Vault) -> None:
    with vault.desk.app.database.transaction("hostile") as tx:
        for login, roles, number in ((LOGIN, tuple(Role)[:-1], "D1001"), ("mori", (Role.OFFICER,), "D1003")):
            roles = tuple(role for role in Role if role is not Role.SYSTEM) if login == LOGIN else roles
            name = text(f"user-{number}")
            tx.users.put(
                User(login=login, name=name, roles=roles, password_hash=PASSWORD_HASH, employee_number=number)
            )
        tx.misses.note("sign-in", text("missed"), text("missed-from"))
        section = text("section")
        tx.people.import_rows(
            [
                Person(
                    employee_number=number,
                    name=text("person") if number != OWNER else f"髙橋 徹 {text('owner')}",
                    kana=text("kana"),
                    mail=address,
                    phone=text("phone"),
                    department=section if number != OWNER else "道路計画課",
                    posts=(Post(title=text("post"), roles=(text("role"),)),),
                )
                for number, address in (
                    ("<hit->", ADDRESS),
                    (OWNER, "takahashi-t@city.example.lg.jp"),
                )
            ]
        )
        tx.departments.put(Department(code="hit", name=section, aliases=(text("alias"),)))
        tx.departments.put_mailbox(SharedMailbox(mail=ADDRESS, department=section))
        for system in ("vault", "<hit->"):
            tx.accounts.put(Account(system=system, id=text(f"account-{system}"), employee_number=OWNER))
        for place, key in enumerate(("<hit->", "=1+1", "\"'><hit->/../x", "%3Chit-%3E")):
            values = {
                name: text(f"ledger-{place}-{name}") for name in ("asset_no", "status", "user", "remarks")
            }
            tx.ledgers.insert("lte-ledger", key, values, Origin(actor=text("origin"), reason=text("because")))


def _fill_tray(vault: Vault) -> list[RequestRow]:
    """Read, asked, held, given back, merged, split, withdrawn, corrected; inquiries in each place."""
    desk, app = vault.desk, vault.desk.app
    numbers = [desk.receive(hostile_mail(place)).number for place in range(6)]
    numbers += [desk.receive(hostile_mail(6, unit="LTE-0012")).number]
    numbers += [
        desk.receive(mail(body, message_id=f"<t-{place}@x>")).number
        for place, body in enumerate((CLEAN, FLAGGED))
    ]
    for place in range(1, len(NAMES)):
        desk.receive(hostile_mail(PARTS + place - 1))
    desk.work()
    rows = [desk.request(number) for number in numbers]

    def now(place: int) -> tuple[int, int]:
        row = desk.request(rows[place].number)
        return row.id, row.version

    decide.correct(app, OPERATOR, *now(0), {"requester_name": text("corrected"), "remarks": text("typed")})
    decide.choose_service(app, OPERATOR, *now(1), "lte-handover")
    decide.ask(app, OPERATOR, *now(1), [text("question")], text("ask", lines=True))
    answers.answer_question(app, answers.requester(OWNER), rows[1].id, text("answer", lines=True))
    decide.hold(app, SECOND, *now(2), None, text("hold"))
    decide.give_back(app, OPERATOR, *now(3), RequestState.RETURNED, text("return", lines=True))
    decide.withdraw(app, OPERATOR, *now(4), text("withdraw"))
    split(app, OPERATOR, *now(5), [None, None], text("split"))
    decide.merge(app, OPERATOR, *now(8), rows[7].id)
    asked = [desk.receive(_question(place)).number for place in range(3)]
    desk.work()
    for place, number in enumerate(asked):
        row = desk.request(number)
        if place == 0:
            inquiries.give_answer(
                app, OPERATOR, row.id, row.version, text("given", lines=True), AnswerWay.LETTER
            )
        elif place == 1:
            at = desk.clock.at + timedelta(hours=3)
            inquiries.promise_call(app, OPERATOR, row.id, row.version, text("number"), at)
        else:
            inquiries.hand_over(app, OPERATOR, row.id, row.version, text("handed-to"), text("handed"))
            row = desk.request(number)
            inquiries.hand_back(app, OPERATOR, row.id, row.version, text("heard"))
    desk.work()
    return [desk.request(number) for number in numbers]


def _fill_services(vault: Vault) -> None:
    """A request of each service, with every payload in each field that the service declares."""
    app = vault.desk.app
    for place, service in enumerate(app.catalogue.all()):
        number = vault.desk.receive(mail("お願いします", message_id=f"<s-{place}@x>")).number
        vault.desk.work()
        row = vault.desk.request(number)
        version = decide.choose_service(app, OPERATOR, row.id, row.version, service.id)
        decide.correct(app, OPERATOR, row.id, version, {name: text(name) for name in service.request.specs()})


def _fill_vault(vault: Vault) -> None:
    """A confirmation, an approval and one sent back, work, a review and a problem."""
    app = vault.desk.app
    vault.run(vault.ask(account="v00001", place=11))
    row = vault.run(vault.ask("金庫の削除", "v00002", 12))
    row = vault.run(vault.ask("金庫の削除", "v00003", 13))
    approval.send_back(app, SECOND, row.id, row.version, text("sent-back"))
    for place in (4, 5, 6):
        row = vault.run(vault.ask(account=f"v0000{place}", place=10 + place))
        confirm.confirm(app, vault.link())
        vault.desk.work()
        if place != 6:
            answers.complete_step(app, OPERATOR, vault.step(row, 2).id, {})
            vault.desk.work()
    hindsight.look(app, OFFICER, 1, Verdict.PROBLEM, text("problem"))


def _fill_outbox(vault: Vault, row: RequestRow) -> None:
    """What servers answer is text from outside too."""
    with vault.desk.app.database.transaction("scene") as tx:
        for place, state in enumerate((LetterState.UNKNOWN, LetterState.FAILED, LetterState.WRITTEN)):
            letter = tx.letters.write(
                effect_key=f"scene-{place}",
                purpose="question",
                to=ADDRESS,
                cc=('"><hit->',),
                subject=text("letter-subject"),
                body=text("letter", lines=True),
                message_id=f"scene-{place}@city.example.lg.jp",
                request_id=row.id,
            )
            if state is LetterState.WRITTEN:
                tx.letters.set_later(letter, text("later"), vault.desk.clock.at + timedelta(minutes=4))
                continue
            tx.letters.set_sending(letter)
            if state is LetterState.UNKNOWN:
                tx.letters.set_unknown(letter, text("unknown"))
            else:
                refusal = Refusal(address='"><hit->', reply=text("reply"))
                tx.letters.set_failed(letter, text("failed"), (refusal,))
        step = tx.connection.exec_driver_sql("SELECT max(id) FROM steps").scalar_one()
        tx.enqueue(JobName.PERFORM, step, timedelta(days=9))


def facts_of(screen: Screen) -> dict[str, list[Any]]:
    """What stands in the places of addresses: from the database, so that nothing is left out."""
    asked = {
        "number": "SELECT min(number) FROM requests GROUP BY state, service",
        "step": "SELECT min(id) FROM steps GROUP BY kind, state",
        "plan": "SELECT min(plan_id) FROM requests WHERE plan_id > 0 GROUP BY state",
        "key": "SELECT key FROM ledger_rows WHERE ledger = 'lte-ledger' AND key NOT LIKE 'LTE-%'",
        "login": "SELECT login FROM users WHERE name LIKE '%hit%'",
        "person": "SELECT DISTINCT employee_number FROM people WHERE name LIKE '%hit%'",
    }
    with screen.desk.app.database.reading() as tx:
        return {
            name: list(tx.connection.exec_driver_sql(statement).scalars())
            for name, statement in asked.items()
        }
