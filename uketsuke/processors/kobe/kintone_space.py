"""Spaces of kintone (catalogue/kobe.yaml `kintone-space`, 000:17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import JsonValue

from uketsuke.domain.authority import Risk, Target
from uketsuke.domain.content import Content
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import LedgerUpdate, ManualTask, Ref, ResultField, Value
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, Row, Rule, ServiceRequest, Widget, field, listed, rows
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Words
from uketsuke.processors.common_fields import RequesterFields, remarks_field
from uketsuke.processors.kobe.ledgers import KINTONE_SPACES
from uketsuke.processors.sender import KINTONE
from uketsuke.processors.shapes.kintone_right import (
    ACT,
    TWO_DAYS,
    Deeds,
    KintoneRight,
    asker_in,
    is_developer,
    reached,
    texts,
)

_KINDS = {"USER": ("ユーザー",), "GROUP": ("グループ",), "ORGANIZATION": ("組織",)}


class SpaceMember(Row):
    """Somebody, a group or a department that belongs to a space."""

    type: Literal["USER", "GROUP", "ORGANIZATION"] = field(
        "種類", rule=Rule.CHOICE, widget=Widget.CHOICE, words=_KINDS, required=True
    )
    code: str = field("コード", rule=Rule.ACCOUNT, required=True, max_length=128)


class KintoneSpaceRequest(RequesterFields):
    """What space is wanted, and for whom."""

    space_name: str = field(
        "スペース名", aliases=("スペース名称", "名称"), required=True, min_length=1, max_length=128
    )
    admins: tuple[str, ...] = listed(
        "スペース管理者",
        aliases=("管理者", "管理者ログイン名"),
        required=True,
        help="ログイン名。書かれていないときは申請者です。",
    )
    members: tuple[SpaceMember, ...] = rows(
        "参加者",
        SpaceMember,
        aliases=("メンバー", "参加ユーザー", "参加組織", "参加グループ"),
        most=200,
    )
    is_private: bool = field(
        "公開／非公開",
        aliases=("公開範囲", "公開・非公開", "公開区分"),
        rule=Rule.FLAG,
        widget=Widget.CHOICE,
        words={"true": ("非公開", "限定"), "false": ("公開", "全庁")},
        default=True,
    )
    is_guest: bool = field(
        "ゲストスペース",
        aliases=("外部ユーザー",),
        rule=Rule.FLAG,
        widget=Widget.CHOICE,
        words={"true": ("ゲストスペース", "はい", "利用する"), "false": ("いいえ", "利用しない")},
        default=False,
    )
    purpose: str | None = field("利用目的", aliases=("目的",), widget=Widget.LINES, max_length=2000)
    remarks: str | None = remarks_field()


class KintoneSpace(KintoneRight):
    """kintoneのスペースの作成。"""

    id = "kintone-space"
    title = "kintone（スペース作成）"
    city = "kobe"
    request = KintoneSpaceRequest
    words = Words(
        named=(r"kintone(?:の)?(?:ゲスト)?スペース", r"スペース(?:の)?(?:作成|新設)"),
        hints=(r"kintone", r"スペース"),
        others=(r"開発者|ロール",),
        beside=(r"kintone",),
    )
    letters = (
        Block("created", frozenset({"receipt_number", "space_name", "space_url", "admins", "done_on"})),
    )
    key_field = "space_name"
    ledgers = (KINTONE_SPACES.id,)

    def supplied(self, values: Plain, content: Content, world: World) -> Mapping[str, JsonValue]:
        """Who asks administers the space where nobody is named."""
        creator = content.record.creator if content.record else None
        known = asker_in(content, world) is not None and creator
        return {"admins": [creator]} if known else {}

    def risk_in(self, request: ServiceRequest | None, world: World) -> Risk:
        """A guest space lets people from outside in."""
        return Risk.R3 if isinstance(request, KintoneSpaceRequest) and request.is_guest else Risk.R2

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """Whose space it is: of those who administer it and belong to it, departments too."""
        members = [one for one in values.get("members") or [] if isinstance(one, dict)]  # type: ignore[union-attr]
        logins = [
            *texts(values, "admins"),
            *(str(one["code"]) for one in members if one.get("type") == "USER"),
        ]
        found = reached(logins, asker, world)
        sections = [one for one in members if one.get("type") != "USER"]
        if not sections or found is Target.OTHER:
            return found
        own = asker.person.department if asker.person else None
        named = [world.departments(str(one.get("code"))) or [] for one in sections]
        ours = all(len(one) == 1 and one[0].name == own for one in named)
        return Target.SECTION if ours else Target.OTHER

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """Asked for by no developer, open to outsiders, there already."""
        if not is_developer(asker_in(content, world), world):
            yield Concern(code="no-developer", rule="KS-1", field="requester_email", hard=False)
        if values.get("is_guest"):
            yield Concern(code="guest-space", rule="KS-2", field="is_guest", hard=False)
        name = values.get("space_name")
        if name and world.rows(KINTONE_SPACES.id, {"space_name": name}):
            facts: dict[str, JsonValue] = {"value": name}
            yield Concern(code="space-exists", rule="KS-3", field="space_name", hard=False, facts=facts)

    def deeds(self, request: ServiceRequest, world: World, first: int, after: tuple[int, ...]) -> Deeds:
        """An operator makes it from the template; its number and day are recorded."""
        assert isinstance(request, KintoneSpaceRequest)  # noqa: S101 - a plan is made of our own request
        number, day = Ref(step=first, name="space_id"), Ref(step=first, name="done_on")
        act = ManualTask(
            seq=first,
            of=(ACT,),
            after=after,
            deadline=TWO_DAYS,
            task="kintone-space",
            role="operator",
            system=KINTONE,
            does=("create",),
            account=request.space_name,
            values=_shown(request),
            results=(
                ResultField(name="space_id", label="スペースID", rule="text"),
                ResultField(name="done_on", label="作成した日", rule="date", required=False),
            ),
        )
        book = LedgerUpdate(
            seq=first + 1,
            of=(ACT,),
            after=(first,),
            deadline=TWO_DAYS,
            ledger=KINTONE_SPACES.id,
            key=number,
            expects=[0],
            set={
                "space_id": number,
                "space_name": request.space_name,
                "owner": "、".join(request.admins),
                "created_on": day,
            },
        )
        facts: dict[str, Value] = {
            "space_name": request.space_name,
            "space_url": number,
            "admins": "、".join(request.admins),
            "done_on": day,
        }
        return Deeds((act, book), facts)


def _shown(request: KintoneSpaceRequest) -> tuple[tuple[str, Value], ...]:
    specs = KintoneSpaceRequest.specs()
    members = "、".join(f"{one.code}（{_KINDS[one.type][0]}）" for one in request.members)
    shown: tuple[tuple[str, Value], ...] = (
        ("スペース名", request.space_name),
        ("スペース管理者", "、".join(request.admins)),
        ("参加者", members),
        ("公開／非公開", specs["is_private"].shown(request.is_private)),
        ("ゲストスペース", specs["is_guest"].shown(request.is_guest)),
    )
    return tuple((label, value) for label, value in shown if value)
