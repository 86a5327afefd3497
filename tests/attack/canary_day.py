"""One day of the desk in which every door is used, each with words of its own."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import timedelta

from tests.attack.canaries import Canaries
from tests.console.screens import PASSWORD_HASH, Screen, hidden
from tests.desk import OPERATOR, RETURN, SECOND, mail
from tests.vault import OWNER, Vault, open_vault
from uketsuke.app import Actor
from uketsuke.domain.calendar import local
from uketsuke.domain.inquiry import AnswerWay
from uketsuke.domain.people import Person
from uketsuke.domain.states import RequestState, Role
from uketsuke.intake.note import Note, accept_note
from uketsuke.queue import answers, approval, confirm, decide, hindsight, inquiries, sign_ins
from uketsuke.store.ledgers import Origin
from uketsuke.store.oversight import Verdict
from uketsuke.store.requests import RequestRow
from uketsuke.store.users import User

OFFICER = Actor("officer01", Role.OFFICER, "D0004")
_BODY = """申請区分：返却
所属：道路計画課
氏名：髙橋 徹
管理番号：LTE-0012
返却希望日：12月19日
備考：連絡先は {body}
新しいパスワードは {secret} にしてください。

{dashes}
{signature}

> 先日の件 {quote}
"""


@dataclass
class Day:
    """What happened, and what was opened and said meanwhile."""

    vault: Vault
    canaries: Canaries = field(default_factory=Canaries)
    addresses: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)

    def arrive(self, raw: bytes) -> RequestRow:
        """A mail comes in and is read."""
        number = self.vault.desk.receive(raw).number
        self.vault.desk.work()
        return self.vault.desk.request(number)

    def now(self, row: RequestRow) -> tuple[int, int]:
        """Id and version as they stand."""
        found = self.vault.desk.request(row.number)
        return found.id, found.version


def live_through() -> Day:
    """Use every door once."""
    day = Day(open_vault())
    _directory(day)
    row = _mails(day)
    _decisions(day, row)
    _inquiries(day)
    _accounts(day)
    _browser(day)
    day.vault.desk.work()
    return day


def _directory(day: Day) -> None:
    word = day.canaries.word
    with day.vault.desk.app.database.transaction("canaries") as tx:
        tx.people.import_rows(
            [
                Person(
                    employee_number="99901",
                    name=f"加納 {word('directory name')}",
                    kana=word("directory kana"),
                    mail=f"{word('directory mail').replace('@', '-at-')}@city.example.lg.jp",
                    phone=word("directory phone"),
                    department="道路計画課",
                )
            ]
        )
        tx.ledgers.insert("lte-ledger", "LTE-9901", {"remarks": word("ledger value")}, Origin(actor="import"))
        tx.users.put(User(login="kano", name="加納", roles=(Role.LEAD,), password_hash=PASSWORD_HASH))


def _mails(day: Day) -> RequestRow:
    word, secret = day.canaries.word, day.canaries.secret
    body = _BODY.format(
        dashes="-- ",
        body=word("mail body"),
        secret=secret("mail password"),
        signature=word("signature"),
        quote=word("quote"),
    )
    name = base64.b64encode(f"{word('attachment name')}.txt".encode()).decode()
    content = base64.b64encode(word("attachment").encode()).decode()
    plain = mail(body, subject=f"LTE接続端子の返却 {word('subject')}", message_id="<day-1@x>")
    head, _, text = plain.partition(b"\r\n\r\n")
    parts = b"\r\n".join(line for line in head.split(b"\r\n") if line.lower().startswith(b"content"))
    outer = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"content"))
    attached = "\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; "
    attached += f'filename="=?utf-8?b?{name}?="'
    attached += f"\r\nContent-Transfer-Encoding: base64\r\n\r\n{content}\r\n--b--\r\n"
    whole = (
        outer + b'\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n' + parts + b"\r\n\r\n" + text
    )
    row = day.arrive(whole + attached.encode())
    again = mail(
        f"補足です。{word('reply')}\nパスワードは {secret('reply password')} です。",
        subject="Re: 返却",
        message_id="<day-2@x>",
        replying_to=day.vault.desk.letters()[-1]["Message-ID"].strip("<>"),
    )
    day.vault.desk.receive(again)
    day.vault.desk.work()
    note = Note(
        submission_id="n" * 43,
        entered_by="operator01",
        called_at=local(day.vault.desk.clock.now()),
        submitted_at=local(day.vault.desk.clock.now()),
        identity_check="counter",
        values={
            "氏名": "髙橋 徹",
            "用件": f"LTEの返却 {word('note')}",
            "パスワード": secret("note password"),
        },
    )
    accept_note(day.vault.desk.app.database, note, day.vault.desk.clock.now())
    day.vault.desk.work()
    return row


def _decisions(day: Day, row: RequestRow) -> None:
    word, app = day.canaries.word, day.vault.desk.app
    decide.correct(app, OPERATOR, *day.now(row), {"remarks": word("correction")})
    decide.ask(app, OPERATOR, *day.now(row), [], word("question to the requester"))
    answers.answer_question(app, answers.requester(OWNER), row.id, word("status page answer"))
    decide.hold(app, SECOND, *day.now(row), None, word("reason of a hold"))
    decide.resume(app, SECOND, *day.now(row))
    decide.give_back(app, OPERATOR, *day.now(row), RequestState.RETURNED, word("reason of a return"))
    other = day.arrive(mail(RETURN.format(unit="LTE-0017", day="12月19日"), message_id="<day-3@x>"))
    decide.withdraw(app, answers.requester(OWNER), *day.now(other), word("reason of a withdrawal"))


def _inquiries(day: Day) -> None:
    word, app = day.canaries.word, day.vault.desk.app
    for place, what in enumerate(("answer", "call", "hand")):
        row = day.arrive(
            mail(f"自宅で使えますか？ {what}", subject=f"質問{what}", message_id=f"<i-{place}@x>")
        )
        if what == "answer":
            inquiries.give_answer(
                app, OPERATOR, *day.now(row), word("answer to an inquiry"), AnswerWay.LETTER
            )
        elif what == "call":
            at = day.vault.desk.clock.at + timedelta(hours=3)
            inquiries.promise_call(app, OPERATOR, *day.now(row), word("number to call"), at)
        else:
            inquiries.hand_over(
                app, OPERATOR, *day.now(row), "道路計画課", word("question to another section")
            )
            inquiries.hand_back(app, OPERATOR, *day.now(row), word("answer of another section"))


def _accounts(day: Day) -> None:
    word, app, vault = day.canaries.word, day.vault.desk.app, day.vault
    row = vault.run(vault.ask(account="v00001", place=31))
    day.canaries.doors["confirmation link"] = vault.link()
    confirm.confirm(app, vault.link())
    vault.desk.work()
    answers.complete_step(app, OPERATOR, vault.step(row, 2).id, {})
    vault.desk.work()
    hindsight.look(app, OFFICER, 1, Verdict.PROBLEM, word("comment of a review"))
    hindsight.settle(app, Actor("kano", Role.LEAD, "99901"), 1, word("what was done about it"))
    row = vault.run(vault.ask("金庫の削除", "v00002", 32))
    approval.send_back(
        app, SECOND, row.id, vault.desk.request(row.number).version, word("reason of sending back")
    )
    sign_ins.close_screens(app, Actor("kano", Role.LEAD), "operator02", word("reason of closing screens"))


def _browser(day: Day) -> None:
    """Passwords typed rightly, wrongly, and where the login belongs; what is searched for."""
    client = Screen(day.vault.desk).client
    typed = [
        ("kano", day.canaries.secret("wrong password")),
        (day.canaries.secret("password as login"), "x"),
        ("kano", "ひみつの合言葉 1234"),
    ]
    for login, password in typed:
        form = hidden(client.get("/sign-in").text)
        client.post("/sign-in", data={**form, "login": login, "password": password})
    day.canaries.doors["session cookie"] = client.cookies["uketsuke_session"]
    sought = client.get("/requests", params={"q": day.canaries.secret("search words")})
    assert sought.status_code == 200
