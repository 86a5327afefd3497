"""Another city's desk in front of a real directory: accounts are locked there, and unlocked from here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from starlette.testclient import TestClient

from tests.crash.office import Office
from tests.desk import FOUNDED
from tests.end_to_end import mails
from tests.end_to_end.walk import Walk, text_of
from tests.sample_files import context
from tests.servers.directories import Clerk, TestDirectory
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpRelay
from uketsuke.app import Actor
from uketsuke.console.frames import naming_of
from uketsuke.console.views.progress import failure
from uketsuke.console.web import create_app
from uketsuke.domain.people import Account, Department, Person
from uketsuke.domain.states import Role
from uketsuke.intake.note import Note, accept_note
from uketsuke.processors.ashiya.ledgers import ACCOUNT_REGISTER
from uketsuke.queue import decide
from uketsuke.queue.review import assess_now, planned
from uketsuke.store.database import Database
from uketsuke.store.ledgers import Origin
from uketsuke.store.requests import RequestRow
from uketsuke.store.steps import StepRow
from uketsuke.store.users import User

AT = mails.moment("2027-02-08 14:00")
DOMAIN, OTHER_DOMAIN = b"ashiya-sample.example.lg.jp", b"city.example.lg.jp"
OWNER = mails.Writer("藤本 圭", "fujimoto-k@city.example.lg.jp", "市民課")
OWNER_ADDRESS = "fujimoto-k@ashiya-sample.example.lg.jp"
OPERATOR = Actor("operator31", Role.OPERATOR, "39031")
SECOND = Actor("operator32", Role.OPERATOR, "39032")
LINK = re.compile(r"/c/([0-9a-f]{40})")
TABLES = """\
[trust]
staff_domains = ["ashiya-sample.example.lg.jp"]
authserv_ids = ["mx.ashiya-sample.example.lg.jp"]
border_hosts = ["mx.ashiya-sample.example.lg.jp"]
[systems.ad]
connector = "directory"
kind = "{kind}"
url = "{url}"
bind = "{bind}"
password = "{password}"
base = "{base}"
ca_file = "{ca_file}"
timeout_seconds = 5
"""


def letter_of(clerk: Clerk, *, forged: bool = False, **parts: str) -> bytes:
    """The owner's mail asking for it; `forged` is somebody else's with the same From."""
    raw = mails.write_mail(
        OWNER,
        "アカウントのロック解除のお願い",
        mails.form(
            対象システム="Windows",
            アカウントID=clerk.id,
            所属=OWNER.department,
            氏名=OWNER.name,
            職員番号="30512",
            内線="2210",
        ),
        at=AT,
        message_id=parts.get("message_id", f"<{clerk.id}@mail.city.example.lg.jp>"),
        hop=parts.get("hop", "S001"),
    ).replace(OTHER_DOMAIN, DOMAIN)
    return raw.replace(b"=pass", b"=fail") if forged else raw


@dataclass
class Unlocks:
    """The walk, the directory, and one locked account of the owner's."""

    walk: Walk
    directory: TestDirectory
    clerk: Clerk

    @classmethod
    def open(
        cls, folder: Path, mailbox: Dovecot, relay: SmtpRelay, url: str, directory: TestDirectory
    ) -> Unlocks:
        """Monday, 8 February 2027, 14:00; the account is locked by wrong passwords."""
        clerk = directory.locked()
        database = Database(url)
        _furnish(database, clerk)
        database.close()
        office = Office(
            folder / "office",
            mailbox,
            relay,
            url,
            lease=30,
            queue="back_off_seconds = 0.2",
            head='city = ["ashiya"]\n',
            tail=_tables(directory),
            at=AT,
        )
        return cls(Walk(office), directory, clerk)

    def arrive(self, **parts: str) -> RequestRow:
        """The owner's mail comes into the mailbox and is read."""
        self.walk.receive(letter_of(self.clerk, **parts))
        return self.walk.the_request()

    def call(self) -> RequestRow:
        """The owner calls, and is called back at the directory's number."""
        values = {"サービス": "アカウントロック解除", "アカウントID": self.clerk.id, "所属": "市民課"}
        values |= {"氏名": OWNER.name, "職員番号": "30512", "内線": "2210"}
        note = Note("call-1", OPERATOR.login, AT, AT, "call-back", values)
        accept_note(self.walk.app.database, note, self.walk.app.now())
        self.walk.work()
        return self.walk.the_request()

    def run(self, request: RequestRow) -> None:
        """確認して実行, as an operator sees the plan."""
        with self.walk.app.database.reading() as tx:
            plan = planned(self.walk.app, tx, request, assess_now(self.walk.app, tx, request))
        decide.run(self.walk.app, OPERATOR, request.id, request.version, plan.hash() if plan else "")
        self.walk.work()

    def link(self) -> str:
        """The address in the letter that the relay took for the owner."""
        found = [LINK.search(text_of(one)) for one in self.walk.mails() if one["To"] == OWNER_ADDRESS]
        (address,) = [one[0] for one in found if one]
        return address

    def press(self, link: str) -> None:
        """The owner opens the link and presses 確認する."""
        client = TestClient(create_app(self.walk.app), follow_redirects=False)
        page = client.get(link)
        assert self.clerk.id in page.text
        hidden = re.search(r'name="([^"]+)" value="([^"]*)"', page.text)
        assert hidden is not None
        assert client.post(link, data={hidden[1]: unescape(hidden[2])}).status_code == 200
        self.walk.work()

    def step(self, seq: int) -> StepRow:
        """A step of the only request, as it stands."""
        request = self.walk.the_request()
        with self.walk.app.database.reading() as tx:
            return next(one for one in tx.steps.of_request(request.id) if one.seq == seq)

    def why(self, step: StepRow) -> str:
        """Why it stands still, in the words of the pages."""
        site = create_app(self.walk.app).state.site
        with self.walk.app.database.reading() as tx:
            return failure(step.error or {}, naming_of(site, tx))

    def unlocked_on(self) -> list[str]:
        """What the register says."""
        with self.walk.app.database.reading() as tx:
            row = tx.ledgers.row(ACCOUNT_REGISTER.id, self.clerk.id)
        assert row is not None
        return list(row.values["unlock_dates"])

    def told(self) -> list[str]:
        """Who was told of the unlock, as the relay took it."""
        return [str(one["To"]) for one in self.walk.mails() if "ロック解除のお知らせ" in str(one["Subject"])]


def _furnish(database: Database, clerk: Clerk) -> None:
    database.upgrade()
    world = context("ashiya")
    with database.transaction("furnish") as tx:
        tx.people.import_rows([Person.model_validate(one) for one in world["staff"]])
        for one in world["departments"]:
            tx.departments.put(Department.model_validate(one))
        for actor in (OPERATOR, SECOND):
            tx.users.put(
                User(login=actor.login, name=actor.login, roles=(actor.role,), employee_number=actor.person)
            )
        tx.accounts.put(Account(system="ad", id=clerk.id, employee_number="30512", locked=True))
        row = {**world[ACCOUNT_REGISTER.id][0], "account_id": clerk.id}
        tx.ledgers.insert(ACCOUNT_REGISTER.id, clerk.id, row, Origin(actor="import", at=FOUNDED))


def _tables(directory: TestDirectory) -> str:
    system = directory.system()
    return TABLES.format(
        kind=system.kind,
        url=system.url,
        bind=system.bind,
        password=system.password.get_secret_value(),
        base=system.base,
        ca_file=system.ca_file,
    )
