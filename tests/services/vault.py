"""An invented system of the tests, 金庫: one service for each policy of the second person.

`vault-unlock` is looked at afterwards and done by a person, `vault-delete` approved before;
`vault-reset` sets a new password through the system's connector and has it handed over.
"""

from __future__ import annotations

from typing import ClassVar

from uketsuke.domain.authority import Action, Risk, Target
from uketsuke.domain.deadline import AfterBusinessDays
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import (
    AccountAction,
    AccountDeed,
    Confirm,
    LedgerUpdate,
    ManualTask,
    ResultField,
    SendMail,
    Step,
)
from uketsuke.domain.request import Plain, ServiceRequest, field
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Deadline, Processor, Subject, Words
from uketsuke.processors.common_fields import CommonFields
from uketsuke.processors.ledger import Column, Ledger

VAULTS = Ledger(
    id="vault-ledger",
    title="金庫台帳",
    key="account_id",
    columns=(Column("account_id", "ID"), Column("state", "状態"), Column("person", "職員番号")),
)
LEDGERS = (VAULTS,)
NEXT_DAY = AfterBusinessDays(event="applied", business_days=1)


class VaultRequest(CommonFields):
    """Which account."""

    account_id: str = field("金庫ID", required=True, max_length=20)


class Vault(Processor):
    """What the services of the vault share: the owner is asked, it is done, the owner is told."""

    city = "minato"
    request = VaultRequest
    deadlines = (Deadline(step=1, rule=NEXT_DAY),)
    letters = (Block("done", frozenset({"receipt_number", "account_id"})),)
    ledgers = (VAULTS.id,)
    deed: ClassVar[AccountDeed] = "unlock"
    becomes: ClassVar[str] = "active"

    def risk(self, request: ServiceRequest | None) -> Risk:
        """Always the gravest."""
        return Risk.R3

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """Whose account it is."""
        row = world.row(VAULTS.id, str(values.get("account_id")))
        owner = world.person(str(row.values["person"])) if row else None
        if owner is None:
            return Target.OTHER
        if asker.person is not None and owner.employee_number == asker.person.employee_number:
            return Target.OWN
        return Target.SECTION if owner.department in asker.sections else Target.OTHER

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Ask, do, note, tell."""
        account = str(request.model_dump()["account_id"])
        row = world.row(VAULTS.id, account)
        owner = world.person(str(row.values["person"])) if row else None
        if row is None or owner is None or owner.mail is None:
            return ()
        number = owner.employee_number
        return (
            Confirm(seq=1, of=(1,), owner=number, to=owner.mail, deadline=NEXT_DAY),
            self.act(2, account, number),
            LedgerUpdate(
                seq=3,
                ledger=VAULTS.id,
                key=account,
                expects=row.version,
                before={"state": row.values["state"]},
                set={"state": self.becomes},
            ),
            SendMail(
                seq=4,
                template=self.template("done"),
                to=owner.mail,
                recipient=owner.name,
                facts={"receipt_number": subject.receipt_number, "account_id": account},
            ),
        )

    def act(self, seq: int, account: str, owner: str) -> Step:
        """A person does it."""
        return ManualTask(
            seq=seq, task="vault-work", system="vault", does=(self.deed,), account=account, owner=owner
        )


class VaultUnlock(Vault):
    """金庫のロック解除。"""

    id = "vault-unlock"
    title = "金庫のロック解除"
    words = Words(named=(r"金庫のロック解除",))
    action = Action.UNLOCK


class VaultDelete(Vault):
    """金庫の削除。"""

    id = "vault-delete"
    title = "金庫の削除"
    words = Words(named=(r"金庫の削除",))
    action = Action.DELETE
    deed = "delete"
    becomes = "deleted"

    def act(self, seq: int, account: str, owner: str) -> Step:
        """The connector of the system does it."""
        return AccountAction(seq=seq, system="vault", account=account, do="delete", owner=owner)


class VaultReset(Vault):
    """金庫のパスワード初期化: the connector sets it, a person hands it over, the letter does not tell it."""

    id = "vault-reset"
    title = "金庫のパスワード初期化"
    words = Words(named=(r"金庫のパスワード初期化",))
    action = Action.RESET
    deed = "reset-password"

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        """Ask, set, hand over, tell."""
        asked = super().plan(request, world, subject)
        if not asked:
            return ()
        confirm, reset, _, told = asked
        assert isinstance(confirm, Confirm)
        record = ResultField(name="delivered", label="伝達の記録", choices={"delivered": "伝達済"})
        hand_over = ManualTask(seq=3, task="deliver-password", owner=confirm.owner, results=(record,))
        return (confirm, reset, hand_over, told)

    def act(self, seq: int, account: str, owner: str) -> Step:
        """The connector of the system does it."""
        return AccountAction(seq=seq, system="vault", account=account, do=self.deed, owner=owner)
