"""The right to develop kintone apps (catalogue/kobe.yaml `kintone-developer`, 000:16)."""

from __future__ import annotations

from collections.abc import Iterator

from uketsuke.domain.authority import Target
from uketsuke.domain.content import Content
from uketsuke.domain.people import Asker
from uketsuke.domain.plan import AccountAction, LedgerUpdate, Ref
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, Rule, ServiceRequest, Widget, field
from uketsuke.domain.world import World
from uketsuke.processors.base import Block, Words
from uketsuke.processors.common_fields import RequesterFields, employee_number_field, remarks_field
from uketsuke.processors.kobe.ledgers import KINTONE_DEVELOPERS
from uketsuke.processors.sender import KINTONE
from uketsuke.processors.shapes.kintone_right import (
    ACT,
    DEVELOPERS,
    TWO_DAYS,
    Deeds,
    KintoneRight,
    asker_in,
    holder,
    reached,
)


class KintoneDeveloperRequest(RequesterFields):
    """Who is to develop apps."""

    employee_number: str | None = employee_number_field()
    login_name: str = field(
        "kintoneログイン名",
        aliases=("ログイン名", "ユーザーコード", "アカウント"),
        rule=Rule.ACCOUNT,
        required=True,
        max_length=128,
    )
    purpose: str | None = field(
        "作成したいアプリ・目的",
        aliases=("目的", "利用目的", "作成アプリ", "アプリの概要"),
        widget=Widget.LINES,
        max_length=2000,
    )
    training_done: bool = field(
        "開発者研修受講済",
        aliases=("研修受講", "研修受講済", "確認事項"),
        rule=Rule.FLAG,
        widget=Widget.CHOICE,
        words={"true": ("研修受講済", "受講済", "はい"), "false": ("未受講", "いいえ")},
        default=False,
    )
    remarks: str | None = remarks_field()


class KintoneDeveloper(KintoneRight):
    """kintoneのアプリを開発する権限の付与。"""

    id = "kintone-developer"
    title = "kintone（開発者アカウント作成）"
    city = "kobe"
    request = KintoneDeveloperRequest
    words = Words(
        named=(r"kintone(?:の|アプリ|アプリの)*開発者", r"(?:アプリ)?開発者(?:アカウント|権限)"),
        hints=(r"kintone", r"開発者"),
        others=(r"スペース|グループ|ロール",),
        beside=(r"kintone|アプリ",),
    )
    letters = (Block("granted", frozenset({"receipt_number", "login_name", "done_on"})),)
    key_field = "login_name"
    ledgers = (KINTONE_DEVELOPERS.id,)

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """Whose login it is."""
        return reached([str(values.get("login_name") or "")], asker, world)

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """Unknown or stopped, for somebody else, a developer already."""
        login = values.get("login_name")
        if not login:
            return
        account, owner = holder(str(login), world)
        if account is None:
            yield Concern(
                code="kintone-user-unknown", rule="KD-1", field="login_name", facts={"value": login}
            )
        elif owner is None or owner != asker_in(content, world):
            facts = {"value": login, "holder": owner.name if owner else None}
            yield Concern(code="for-another", rule="KD-3", field="login_name", hard=False, facts=facts)
        if world.row(KINTONE_DEVELOPERS.id, str(login)):
            yield Concern(
                code="developer-already", rule="KD-2", field="login_name", hard=False, facts={"value": login}
            )

    def deeds(self, request: ServiceRequest, world: World, first: int, after: tuple[int, ...]) -> Deeds:
        """Into the developers' group, and into the list."""
        values = request.model_dump(mode="json")
        login = str(values["login_name"])
        row = world.row(KINTONE_DEVELOPERS.id, login)
        owner = holder(login, world)[1]
        done_on = Ref(step=first, name="done_on")
        act = AccountAction(
            seq=first,
            of=(ACT,),
            after=after,
            deadline=TWO_DAYS,
            system=KINTONE,
            account=login,
            do="change",
            owner=owner.employee_number if owner else None,
            values={"group": DEVELOPERS, "add": [login]},
        )
        book = LedgerUpdate(
            seq=first + 1,
            of=(ACT,),
            after=(first,),
            deadline=TWO_DAYS,
            ledger=KINTONE_DEVELOPERS.id,
            key=[login],
            expects=[row.version if row else 0],
            before={"granted_on": row.values.get("granted_on")} if row else {},
            set={
                "login_name": login,
                "department": owner.department if owner else values["department"],
                "granted_on": done_on,
            },
        )
        return Deeds((act, book), {"login_name": login, "done_on": done_on})
