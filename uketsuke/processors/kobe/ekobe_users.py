"""The people of an application for staff IDs: what each row says, and what is doubtful about it.

Rules: EK-1 rows that are not as many as said, EK-2 somebody who holds an ID, EK-3 a change
of an ID that is not in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from uketsuke.domain.people import Person
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, Row, Rule, field
from uketsuke.domain.text import person_key
from uketsuke.domain.world import LedgerRow, World
from uketsuke.processors.kobe.ledgers import EKOBE_ACCOUNTS
from uketsuke.processors.shapes.numbered_account import is_called, is_change, one_of, stands

BOOK = EKOBE_ACCOUNTS.id
Cells = Mapping[str, JsonValue]


class EkobeUser(Row):
    """One person who is to have an ID, or whose ID is to be changed."""

    user_name: str = field(
        "氏名", aliases=("利用者氏名", "利用者名"), rule=Rule.PERSON, required=True, max_length=60
    )
    user_email: str = field(
        "メールアドレス",
        aliases=("利用者メール", "利用者メールアドレス", "E-mail"),
        rule=Rule.EMAIL,
        required=True,
        max_length=254,
    )
    account_id: str | None = field(
        "職員用ID",
        aliases=("職員用ＩＤ", "アカウントID", "ID"),
        rule=Rule.CODE,
        pattern=r"[0-9A-Z]{2,16}",
        required_when=is_change,
        help="変更のときだけ。K で始まる7桁の番号です。",
    )
    change_detail: str | None = field(
        "変更内容", aliases=("変更点", "内容"), required_when=is_change, max_length=400
    )


def users_of(values: Plain) -> list[Cells]:
    """The rows that are there."""
    found = values.get("users")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def row_of(user: Cells, world: World) -> LedgerRow | None:
    """The ledger's row of the ID that a change names."""
    return world.row(BOOK, str(user.get("account_id") or ""))


def holder_of(user: Cells, row: LedgerRow | None, world: World) -> Person | None:
    """Who it is by the directory; nobody where the name written is not that of the address.

    A change may write the new name: then it is whose address stands in the ledger.
    """
    person = one_of(world, str(user.get("user_email") or ""))
    if person is None or is_called(person, str(user.get("user_name") or "")):
        return person
    known = str(row.values.get("user_email") or "").casefold() if row else ""
    return person if known and known == str(person.mail).casefold() else None


def doubts_about_users(reading: Reading, values: Plain, world: World) -> Iterator[Concern]:
    """Heads and rows, who holds an ID, whose ID it is."""
    users, said = users_of(values), values.get("head_count")
    if users and isinstance(said, int) and len(users) != said:
        facts: dict[str, JsonValue] = {"value": said, "listed": len(users)}
        yield Concern(code="heads-and-rows", rule="EK-1", field="head_count", stops_plan=True, facts=facts)
    seen: dict[str, int] = {}
    found = _of_change if is_change(values) else _of_create
    for row, user in zip(reading.row_ids("users"), users, strict=True):
        path = f"users[{row}]"
        place = reading.place_of(path)
        for one in found(user, values, world):
            where = f"{path}.{one.field}" if one.field else path
            yield one.model_copy(update={"field": where, "facts": {**one.facts, **place}})
        mail = str(user.get("user_email") or "")
        if mail and seen.setdefault(mail, row) != row:
            yield Concern(code="listed-twice", rule="EK-2", field=path, facts={"value": mail, **place})
    if is_change(values):
        yield from _section_of_change(values, world)


def _of_create(user: Cells, values: Plain, world: World) -> Iterator[Concern]:
    for row in _held(user, values, world):
        there = row.values.get("department")
        facts: dict[str, JsonValue] = {"value": row.key, "department": there}
        yield Concern(code="holds-id", rule="EK-2", hard=there == values.get("department"), facts=facts)
    mail, name = str(user.get("user_email") or ""), str(user.get("user_name") or "")
    if world.people(mail=mail) is None or mail.rpartition("@")[2] not in (world.staff_domains or {""}):
        return
    person, told = one_of(world, mail), {"value": mail, "name": name}
    if person is None:
        yield Concern(code="user-unknown", rule="FR-10", field="user_email", hard=False, facts={**told})
    elif name and not is_called(person, name):
        facts = {**told, "holder": person.name}
        yield Concern(code="user-other-name", rule="FR-10", field="user_email", hard=False, facts=facts)


def _held(user: Cells, values: Plain, world: World) -> list[LedgerRow]:
    """The rows of the ledger that are this person's, by address, or by name within the section."""
    mail, name = str(user.get("user_email") or ""), person_key(str(user.get("user_name") or ""))
    found = world.rows(BOOK, {"user_email": mail}) if mail else []
    nearby = world.rows(BOOK, {"department": values.get("department")}) if name else []
    found += [
        row
        for row in nearby
        if not row.values.get("user_email") and person_key(str(row.values.get("user_name") or "")) == name
    ]
    return [row for row in found if stands(row)]


def _of_change(user: Cells, values: Plain, world: World) -> Iterator[Concern]:
    account = user.get("account_id")
    if not account or not world.knows_ledger(BOOK):
        return
    row = row_of(user, world)
    if row is None or not stands(row):
        yield Concern(code="unknown-account", rule="EK-3", field="account_id", facts={"value": account})
        return
    names = {person_key(str(one)) for one in (user.get("user_name"), row.values.get("user_name")) if one}
    mails = {str(one).casefold() for one in (user.get("user_email"), row.values.get("user_email")) if one}
    if len(names) > 1 and len(mails) != 1:
        facts: dict[str, JsonValue] = {
            "value": account,
            "holder": row.values.get("user_name"),
            "department": row.values.get("department"),
        }
        yield Concern(code="other-holder", rule="EK-3", field="account_id", hard=False, facts=facts)


def _section_of_change(values: Plain, world: World) -> Iterator[Concern]:
    """The department's number that is named must be in the ledger, and that of the IDs named."""
    said = values.get("existing_department_id")
    if not said or not world.knows_ledger(BOOK):
        return
    if not world.rows(BOOK, {"department_id": said}):
        yield Concern(
            code="unknown-section-id",
            rule="FR-10",
            field="existing_department_id",
            facts={"value": said},
        )
        return
    rows = (row_of(user, world) for user in users_of(values))
    theirs = sorted({str(row.values.get("department_id")) for row in rows if row} - {str(said), "None"})
    if theirs:
        facts: dict[str, JsonValue] = {"value": said, "others": [*theirs]}
        yield Concern(
            code="other-section-id", rule="FR-10", field="existing_department_id", hard=False, facts=facts
        )
