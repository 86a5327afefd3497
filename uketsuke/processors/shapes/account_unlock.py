"""Unlocking somebody's account: what the unlock services share (FAULTS 3, risk R3).

The account's owner is asked first and told afterwards, at the directory's address; who
asks is never taken for the owner. Rules: EU-1 not theirs, EU-2 third time within 30
days, EU-3 a password in the message, EU-4 not locked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar

from pydantic import JsonValue

from uketsuke.domain.authority import Action, Risk, Target
from uketsuke.domain.content import Content
from uketsuke.domain.deadline import AfterBusinessDays
from uketsuke.domain.people import Account, Asker, Person
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, ServiceRequest
from uketsuke.domain.text import person_key
from uketsuke.domain.world import LedgerRow, World
from uketsuke.processors.base import Block, Deadline, Processor, Subject
from uketsuke.processors.secrets import holds_secret
from uketsuke.processors.shapes.unlock_plan import UnlockPlan, UnlockTerms

NEXT_DAY = AfterBusinessDays(event="applied", business_days=1)
OUT_OF_USE = frozenset({"disabled", "deleted"})
"""States of a ledger's row in which an unlock would bring an account back that somebody took out of use."""
OFTEN = timedelta(days=30)
"""The third unlock within that time is looked at (EU-2)."""
_SO = (
    r"て?(?:しまい|しまっ|おり|い)?(?:ました|まして|ます|た|て)?(?:よう(?:です|で)|みたいです)?"
    r"(?:ので|ため|が、|ところ)?"
)
"""How a clause that tells what happened goes on."""
INNOCENT = (
    rf"パスワード[^。\n]{{0,24}}?(?:間違(?:え|い|っ)|誤(?:っ|り)){_SO}",
    rf"(?:入力|打ち)(?:し|を|の)?(?:間違(?:え|い|っ)|誤り|誤っ){_SO}",
)
"""The usual reason of a lock, in words that elsewhere correct something."""
BESIDE = (
    rf"(?:ロックに?なっ|(?:ロックが?)?(?:かか[りっ]|掛か[りっ]|(?<!解除)され)){_SO}",
    rf"(?:ログイン|サインイン)?(?:が|も)?(?:でき|出来|入れ)な(?:く|い)(?:な[りっ]|状態(?:で|に)?)?{_SO}",
    r"(?:ログイン|サインイン)?(?:が|も)?(?:でき|出来|入れ)ません(?:でした)?(?:ので)?",
    rf"(?:ログイン|サインイン)(?:を)?しようと(?:し|する){_SO}",
    r"(?:私|自分|当方|本人|職員)の|(?<!メール)(?<!メールの)(?:アカウント|ログイン)(?:ID|名)?",
    r"(?<![A-Z])ID|(?<![A-Z])PC|パソコン|端末|(?:業務)?システム|画面",
    r"ロック(?:状態|中)?(?!(?:状態に|を)?(?:し[てま]|かけて|掛けて))|解除(?!され|でき[まて]|済|完了)|パスワード(?:の)?(?:入力|ミス)?|入力(?:ミス)?|サインイン",
    r"(?:何|数|(?<!\d)\d{1,2}|[一二三四五六七八九十]{1,2})[度回](?:か|も|ほど|程度|以上|連続)?|連続(?:して|で)",
    r"今朝|昨日|先ほど|先程|さきほど|本日|出勤後|(?:休み|連休|休暇)明け|久しぶり",
    r"エラー(?:メッセージ)?(?:が|も)?(?:表示|出)(?:され)?",
)
"""Words that plain requests for an unlock hold and that ask for nothing more."""
_DONE = frozenset(
    {"receipt_number", "account_id", "system", "done_on", "asked_on", "asked_by", "outcome", "password_by"}
)


class AccountUnlock(Processor):
    """Base of the unlock services; a service adds its fields, words, ledger and how it is done."""

    letters = (Block("done", _DONE),)
    key_field = "account_id"
    action = Action.UNLOCK
    judges_passwords = True
    reads_subjects = True
    ledger: ClassVar[str] = ""
    """The ledger of the accounts: its row says whose an account is, and when it was unlocked."""
    act_steps: ClassVar[tuple[int, ...]] = ()
    """Steps of the catalogue's service that change the account, told apart from those below."""
    mail_step: ClassVar[int] = 0
    deliver_step: ClassVar[int | None] = None
    """Handing an initial password over; then a person resets and unlocks in one sitting."""
    record_step: ClassVar[int | None] = None
    """Writing into the ledger."""
    phone_step: ClassVar[int | None] = None
    """Telling an owner by phone who cannot read mail."""

    def system(self, values: Plain) -> str:
        """The id of the system in which the account is."""
        return ""

    def system_title(self, values: Plain) -> str:
        """What people call that system."""
        return self.systems.get(self.system(values), self.system(values))

    def risk(self, request: ServiceRequest | None) -> Risk:
        """Who unlocks somebody else's account may act in their name."""
        return Risk.R3

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """An account is its owner's alone; a colleague is somebody else, but for who stands in by post."""
        owner = self.owner(values, world)
        if owner is not None and owner == asker.person:
            return Target.OWN
        stands_in = owner is not None and owner.employee_number in asker.persons
        return Target.SECTION if stands_in else Target.OTHER

    def owner(self, values: Plain, world: World) -> Person | None:
        """Whose account it is: the system's register and the ledger must not name different people."""
        account_id = str(values.get("account_id") or "")
        account = world.account(self.system(values), account_id)
        row = world.row(self.ledger, account_id)
        numbers = {number for one in (account, row) if (number := _number(one))}
        found = [world.person(number) for number in sorted(numbers)]
        mail = str(row.values.get("user_email") or "") if row else ""
        found += (world.people(mail=mail) or []) if mail else []
        known = {one.employee_number: one for one in found if one}
        one = next(iter(known.values())) if len(known) == 1 and None not in found else None
        return one if one and (row is None or _agrees(one, row, world)) else None

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """Somebody else's, out of use, unlocked often, a password written, not locked."""
        row = world.row(self.ledger, str(values.get("account_id")))
        account = world.account(self.system(values), str(values.get("account_id")))
        yield from _out_of_use(account, row)
        if row is not None:
            yield from self._whose(values, row, content, world)
            yield from self._often(row, world)
        texts = [content.subject, content.text, *(one.value for one in content.values)]
        if any(map(holds_secret, texts)):
            yield Concern(code="password-written", rule="EU-3", field="remarks", hard=False)
        if account is not None and account.locked is False:
            facts: dict[str, JsonValue] = {"value": account.id}
            yield Concern(code="not-locked", rule="EU-4", field="account_id", hard=False, facts=facts)

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Ask the owner, unlock, book, tell the owner; nothing where nobody knows the owner."""
        values = request.model_dump(mode="json")
        owner = self.owner(values, world)
        if owner is None:
            return ()
        return UnlockPlan(self.terms(values), values, owner, world, subject).steps()

    def terms(self, values: Plain) -> UnlockTerms:
        """What the plan needs to know of the service."""
        return UnlockTerms(
            template=self.template("done"),
            ledger=self.ledger,
            system=self.system(values),
            title=self.system_title(values),
            label=self.request.specs()["account_id"].label,
            deadline=NEXT_DAY,
            act=self.act_steps,
            mail=self.mail_step,
            deliver=self.deliver_step,
            record=self.record_step,
            phone=self.phone_step,
        )

    def _whose(self, values: Plain, row: LedgerRow, content: Content, world: World) -> Iterator[Concern]:
        owner = self.owner(values, world)
        facts: dict[str, JsonValue] = {
            "value": row.key,
            "holder": row.values.get("user_name"),
            "department": row.values.get("department"),
        }
        if owner is None:
            yield Concern(code="account-without-owner", rule="EU-1", field="account_id", facts=facts)
        elif row.values.get("system") not in (None, self.system(values)):
            facts |= {"system": self.system_title(values)}
            yield Concern(code="other-system", rule="FR-10", field="account_id", facts=facts)
        elif not (
            (_is_theirs(owner, row, values, world) and _came_from(owner, content, world))
            or _stands_in(owner, values, content, world)
        ):
            yield Concern(code="not-their-account", rule="EU-1", field="account_id", facts=facts)

    def _often(self, row: LedgerRow, world: World) -> Iterator[Concern]:
        days = [date.fromisoformat(str(one)) for one in _list(row.values.get("unlock_dates"))]
        recent: list[JsonValue] = [one.isoformat() for one in days if world.today - one <= OFTEN]
        if len(recent) >= 2:
            facts: dict[str, JsonValue] = {"value": row.key, "count": len(recent) + 1, "days": recent}
            yield Concern(code="unlocked-often", rule="EU-2", field="account_id", hard=False, facts=facts)


def unlock_deadlines(*steps: int) -> tuple[Deadline, ...]:
    """All steps of an unlock are due on the next business day (000:15; 004:6(1)イ(ウ) likewise)."""
    return tuple(Deadline(step, NEXT_DAY) for step in steps)


def _is_theirs(owner: Person, row: LedgerRow, values: Plain, world: World) -> bool:
    """Whether person and section that the message names are those of the account."""
    name, department = str(values.get("requester_name") or ""), values.get("department")
    named = {person_key(owner.name), *map(person_key, owner.name.split()[:1])}
    mail = str(values.get("requester_email") or "")
    return (
        person_key(name) in named
        and department in (None, owner.department, row.values.get("department"))
        and values.get("employee_number") in (None, owner.employee_number)
        and owner in ((world.people(mail=mail) if mail else None) or [owner])
    )


def _came_from(owner: Person, content: Content, world: World) -> bool:
    """Whether the From address is not somebody else's of the directory."""
    address = content.sender.address
    return owner in ((world.people(mail=address) if address else None) or [owner])


def _stands_in(owner: Person, values: Plain, content: Content, world: World) -> bool:
    """Whether it came from somebody whose post lets them ask for the owner, and names nobody else."""
    address = content.sender.address
    found = (world.people(mail=address) if address else None) or []
    posts = world.posts(found[0].employee_number) if len(found) == 1 else ()
    named = person_key(str(values.get("requester_name") or ""))
    return any(owner.employee_number in post.persons for post in posts) and named in {
        person_key(one.name) for one in (owner, *found)
    }


def _out_of_use(account: Account | None, row: LedgerRow | None) -> Iterator[Concern]:
    """The system's register or the ledger says that it was stopped or deleted."""
    stopped = account is not None and not account.active
    if stopped or (row is not None and row.values.get("state") in OUT_OF_USE):
        facts: dict[str, JsonValue] = {"value": account.id if account else row.key if row else ""}
        yield Concern(code="account-out-of-use", rule="EU-1", field="account_id", facts=facts)


def _agrees(owner: Person, row: LedgerRow, world: World) -> bool:
    """Whether the ledger's row names nobody else; its number, where it has one, was compared already."""
    mail = str(row.values.get("user_email") or "")
    if _number(row) or (mail and owner in (world.people(mail=mail) or [])):
        return True
    name = str(row.values.get("user_name") or "")
    return not name or person_key(name) == person_key(owner.name)


def _number(found: Account | LedgerRow | None) -> str | None:
    number = (
        found.values.get("employee_number")
        if isinstance(found, LedgerRow)
        else found and found.employee_number
    )
    return str(number) if number else None


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
