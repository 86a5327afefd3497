"""Groups (roles) of kintone (catalogue/kobe.yaml `kintone-group`, 000:18)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import JsonValue

from uketsuke.domain.authority import Risk, Target
from uketsuke.domain.content import Content
from uketsuke.domain.gravity import MANY
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import AccountAction, AccountDeed, LedgerUpdate, Ref, Step, Value
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, Rule, ServiceRequest, Widget, field, listed
from uketsuke.domain.text import fold
from uketsuke.domain.world import LedgerRow, World
from uketsuke.processors.base import Block, Words
from uketsuke.processors.common_fields import RequesterFields, remarks_field
from uketsuke.processors.kobe.ledgers import KINTONE_GROUPS
from uketsuke.processors.sender import KINTONE
from uketsuke.processors.shapes.kintone_right import ACT, TWO_DAYS, Deeds, KintoneRight, holder, texts

ADMINISTRATORS = frozenset({"administrators"})
"""Codes of groups whose members administer cybozu.com, folded."""
_DEEDS: dict[str, AccountDeed] = {"create": "create", "delete": "delete"}
_KIND = {
    "create": ("新規", "作成"),
    "add_members": ("メンバー追加", "追加"),
    "remove_members": ("メンバー削除", "削除", "除外"),
    "replace_members": ("変更", "入替", "差し替え"),
    "delete": ("廃止", "グループ削除"),
}


def _names_a_group(values: Plain) -> bool:
    return values.get("kind") != "create"


def _names_members(values: Plain) -> bool:
    return values.get("kind") != "delete"


class KintoneGroupRequest(RequesterFields):
    """Which group, and who is to be in it."""

    kind: Literal["create", "add_members", "remove_members", "replace_members", "delete"] = field(
        "申請区分",
        aliases=("区分", "種別", "設定内容"),
        rule=Rule.CHOICE,
        widget=Widget.CHOICE,
        words=_KIND,
        required=True,
    )
    group_code: str | None = field(
        "グループコード",
        aliases=("ロールコード",),
        rule=Rule.ACCOUNT,
        required_when=_names_a_group,
        max_length=128,
    )
    group_name: str = field(
        "グループ名",
        aliases=("ロール名", "グループ（ロール）名"),
        required=True,
        min_length=1,
        max_length=128,
    )
    members: tuple[str, ...] = listed(
        "対象ユーザー",
        aliases=("ユーザー", "メンバー", "所属ユーザー", "ログイン名"),
        required_when=_names_members,
        help="ログイン名を1行に1つ、または「、」で区切って書きます。",
    )
    used_for: str | None = field("用途", aliases=("利用アプリ", "目的"), widget=Widget.LINES, max_length=2000)
    remarks: str | None = remarks_field()


class KintoneGroup(KintoneRight):
    """kintoneのグループ（ロール）の設定。"""

    id = "kintone-group"
    title = "kintone（グループ（ロール）申請対応）"
    city = "kobe"
    request = KintoneGroupRequest
    words = Words(
        named=(r"kintone(?:の)?(?:グループ|ロール)", r"グループ[（(]ロール[）)]"),
        hints=(r"kintone", r"グループ", r"ロール"),
        others=(r"開発者|スペース",),
        beside=(r"kintone",),
    )
    letters = (
        Block("done", frozenset({"receipt_number", "kind", "group_name", "added", "removed", "done_on"})),
    )
    key_field = "group_code"
    ledgers = (KINTONE_GROUPS.id,)

    def risk_in(self, request: ServiceRequest | None, world: World) -> Risk:
        """Members of other sections, a group that goes, administrators, and many people at once are grave."""
        if not isinstance(request, KintoneGroupRequest):
            return Risk.R2
        values = request.model_dump(mode="json")
        row = _row(values, world)
        section = str(row.values.get("owner_department")) if row else request.department
        people = [holder(login, world)[1] for login in request.members]
        grave = (
            request.kind == "delete"
            or _administrates(values)
            or len(request.members) > MANY
            or any(one is None or one.department != section for one in people)
        )
        return Risk.R3 if grave else Risk.R2

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """The section's that owns the group; a new one is of whoever asks."""
        section = asker.person.department if asker.person else None
        row = _row(values, world)
        owned = row.values.get("owner_department") if row else section
        new = values.get("kind") == "create"
        return Target.SECTION if section and owned == section and (row or new) else Target.OTHER

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """Unknown users, nobody left, dynamic, administrators; a group that nobody knows."""
        for place, login in enumerate(texts(values, "members")):
            if holder(login, world)[0] is None:
                told: dict[str, JsonValue] = {"value": login}
                yield Concern(code="kintone-user-unknown", rule="KG-1", field=f"members[{place}]", facts=told)
        row, code = _row(values, world), values.get("group_code")
        facts: dict[str, JsonValue] = {"value": code}
        if (
            row
            and values.get("kind") in ("remove_members", "replace_members")
            and not _members(values, world)
        ):
            yield Concern(code="group-empty", rule="KG-2", field="members", hard=False)
        if row and row.values.get("dynamic"):
            yield Concern(code="group-dynamic", rule="KG-3", field="group_code", facts=facts)
        if _administrates(values):
            yield Concern(
                code="group-administrates", rule="KG-4", field="group_code", hard=False, facts=facts
            )
        if code and row is None and _names_a_group(values) and world.knows_ledger(KINTONE_GROUPS.id):
            yield Concern(code="unknown-target", rule="FR-10", field="group_code", facts=facts)

    def deeds(self, request: ServiceRequest, world: World, first: int, after: tuple[int, ...]) -> Deeds:
        """Who comes and who goes by our list; kintone's own members are read when it runs."""
        values = request.model_dump(mode="json")
        row = _row(values, world)
        before = texts(row.values, "members") if row else ()
        wanted = _members(values, world)
        added = [one for one in wanted if one not in before]
        removed = [one for one in before if one not in wanted]
        if values["kind"] in ("add_members", "remove_members"):  # whatever our list says of the others
            named = [*texts(values, "members")]
            added, removed = (named, []) if values["kind"] == "add_members" else ([], named)
        name, day = str(values["group_name"]), Ref(step=first, name="done_on")
        act = AccountAction(
            seq=first,
            of=(ACT,),
            after=after,
            deadline=TWO_DAYS,
            system=KINTONE,
            account=values.get("group_code") or name,
            do=_DEEDS.get(str(values["kind"]), "change"),
            values={"group_name": name, "add": [*added], "remove": [*removed]},
        )
        steps: tuple[Step, ...] = (act,)
        if row is not None and values["kind"] != "delete":
            steps += (_booked(first, row, wanted),)
        kind = self.request.specs()["kind"].shown(values["kind"])
        facts: dict[str, Value] = {
            "kind": kind,
            "group_name": name,
            "added": [*added],
            "removed": [*removed],
            "done_on": day,
        }
        return Deeds(steps, facts)


def _booked(first: int, row: LedgerRow, members: tuple[str, ...]) -> LedgerUpdate:
    return LedgerUpdate(
        seq=first + 1,
        of=(ACT,),
        after=(first,),
        deadline=TWO_DAYS,
        ledger=row.ledger,
        key=[row.key],
        expects=[row.version],
        before={"members": row.values.get("members")},
        set={"members": [*members]},
    )


def _row(values: Plain, world: World) -> LedgerRow | None:
    code = values.get("group_code")
    return world.row(KINTONE_GROUPS.id, str(code)) if code else None


def _members(values: Plain, world: World) -> tuple[str, ...]:
    """Who is in the group afterwards, as far as our list knows."""
    row, named = _row(values, world), texts(values, "members")
    before = texts(row.values, "members") if row else ()
    match values.get("kind"):
        case "add_members":
            return tuple(sorted({*before, *named}))
        case "remove_members":
            return tuple(one for one in before if one not in named)
        case "delete":
            return ()
    return tuple(sorted(set(named)))


def _administrates(values: Plain) -> bool:
    names = {fold(str(values.get(name) or "")).casefold() for name in ("group_code", "group_name")}
    return bool(names & ADMINISTRATORS)
