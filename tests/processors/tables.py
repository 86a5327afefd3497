"""A service with a table and a list, as those of the catalogue have them (Kobe 11, 17 and 18)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Literal

from pydantic import JsonValue

from tests.sample_files import world_on
from uketsuke.domain.content import Channel, Content, FormValue, Record
from uketsuke.domain.plan import SendMail, Step, Value
from uketsuke.domain.reading import Reading
from uketsuke.domain.request import Plain, Row, Rule, ServiceRequest, field, listed, rows
from uketsuke.domain.world import World
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.base import Processor, Subject, Words
from uketsuke.processors.catalogue import Catalogue
from uketsuke.processors.common_fields import RequesterFields, remarks_field

KINDS = {"create": ("新規", "作成"), "change": ("変更",)}
MEMBERS = {"USER": ("ユーザー",), "GROUP": ("グループ",), "ORGANIZATION": ("組織",)}
AT = datetime(2026, 12, 9, 1, tzinfo=UTC)


def _change(values: Plain) -> bool:
    return values.get("kind") == "change"


class User(Row):
    """One person."""

    user_name: str = field("氏名", rule=Rule.PERSON, required=True)
    user_email: str = field("メールアドレス", aliases=("利用者メール",), rule=Rule.EMAIL, required=True)
    account_id: str | None = field("職員用ID", rule=Rule.CODE, pattern=r"K\d{7}", required_when=_change)
    starts_on: date | None = field("利用開始日", rule=Rule.DATE)
    amount: int = field("台数", rule=Rule.COUNT, default=1)


class Member(Row):
    """Somebody or something chosen."""

    type: Literal["USER", "GROUP", "ORGANIZATION"] = field(
        "種類", rule=Rule.CHOICE, words=MEMBERS, required=True
    )
    code: str = field("コード", required=True)


class Application(RequesterFields):
    """A request with a table and lists."""

    kind: Literal["create", "change"] = field("申請区分", rule=Rule.CHOICE, words=KINDS, required=True)
    head_count: int | None = field("申請人数", aliases=("人数",), rule=Rule.COUNT)
    users: tuple[User, ...] = rows("利用者一覧", User, aliases=("利用者",), required_when=_change, most=20)
    admins: tuple[str, ...] = listed("管理者", aliases=("対象ユーザー",))
    members: tuple[Member, ...] = rows("参加者", Member, aliases=("参加ユーザー", "参加組織"))
    login_name: str | None = field("ログイン名", rule=Rule.ACCOUNT)
    is_private: bool = field(
        "公開区分", rule=Rule.FLAG, words={"true": ("非公開", "限定"), "false": ("公開",)}, default=True
    )
    remarks: str | None = remarks_field()


class Accounts(Processor):
    """A service for tests."""

    id = "test-accounts"
    title = "アカウント申請"
    city = "kobe"
    request = Application
    words = Words(named=(r"アカウント申請",), beside=(r"アカウント",))

    def plan(self, request: ServiceRequest, world: World, subject: Subject) -> tuple[Step, ...]:
        facts: dict[str, Value] = {"subject_line": self.title, "questions": [], "text": ""}
        return (SendMail(seq=1, of=(1,), template="general.returned", to=str(subject.to), facts=facts),)


CATALOGUE = Catalogue([Accounts()], ())


def record_content(values: Iterable[FormValue], channel: Channel = Channel.KINTONE, **more: Any) -> Content:
    """A record of kintone with these fields; by default 中村 淳 has made it."""
    facts = {"creator": "nakamura-j", "modifier": "nakamura-j", **more}
    record = Record(app="41", id="7", revision=1, created_at=AT, updated_at=AT, **facts)
    return Content(
        channel=channel, subject="アカウント申請", values=tuple(values), record=record, submitted_at=AT
    )


def cells(**words: str) -> tuple[FormValue, ...]:
    """A row by the labels of its cells."""
    return tuple(FormValue(label=label, value=value) for label, value in words.items())


def table(*lines: tuple[FormValue, ...], label: str = "利用者一覧") -> FormValue:
    """A table of rows."""
    return FormValue(label=label, value="\n".join(str(len(line)) for line in lines), rows=lines)


BASE = (
    FormValue(label="申請区分", value="新規"),
    FormValue(label="所属", value="環境保全課"),
    FormValue(label="申請者", value="中村 淳"),
)
NAKAMURA = {"氏名": "中村 淳", "利用者メール": "nakamura-j@city.example.lg.jp"}
HARA = {"氏名": "原 美咲", "利用者メール": "hara-m@city.example.lg.jp"}


def judged(content: Content, corrections: Reading | None = None) -> Assessment:
    """The message as the service sees it in the samples' world."""
    return assess(content, AT, world_on(AT), CATALOGUE, corrections, "test-accounts")


def raised(found: Assessment) -> list[tuple[str, str | None, JsonValue]]:
    """Rules with field and row of what is doubtful."""
    return [(one.rule, one.field, one.facts.get("row")) for one in found.concerns]
