"""New and changed staff IDs of e-KOBE (catalogue/kobe.yaml `ekobe-account`, 000:11).

Rules: EK-1 rows that are not as many as said, EK-2 somebody who holds an ID, EK-3 a change
of an ID that is not in the ledger, EK-4 a range without a number left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from uketsuke.domain.content import Content
from uketsuke.domain.people import Person
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.request import Plain, Rule, Widget, field, rows
from uketsuke.domain.world import World
from uketsuke.processors.base import Phrase, Subject, Words
from uketsuke.processors.kobe.ekobe_users import (
    Cells,
    EkobeUser,
    doubts_about_users,
    holder_of,
    row_of,
    users_of,
)
from uketsuke.processors.kobe.ledgers import EKOBE_ACCOUNTS
from uketsuke.processors.phrases import EXTENSION, INTRODUCES
from uketsuke.processors.shapes.numbered_account import (
    CREATE,
    NumberedAccount,
    NumberedRequest,
    is_change,
    kind_field,
    letters_of,
    numbered_deadlines,
    one_of,
)
from uketsuke.processors.shapes.numbered_terms import Application, Environment, Holder, NumberedTerms

MOST = 50
_HEADS = re.compile(
    r"(?<![\d~、,・.-])(?P<value>(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s?[名人])(?:分|の|を|、|。|$)"
)


class EkobeAccountRequest(NumberedRequest):
    """How many IDs, for whom."""

    kind: Literal["create", "change"] = kind_field(
        ("新規", "利用申請", "追加", "作成"), ("変更", "変更申請", "修正")
    )
    head_count: int = field(
        "申請人数",
        aliases=("人数", "利用人数", "必要数"),
        rule=Rule.COUNT,
        widget=Widget.NUMBER,
        required=True,
        ge=1,
    )
    users: tuple[EkobeUser, ...] = rows(
        "利用者一覧", EkobeUser, aliases=("利用者", "申請者一覧"), required_when=is_change, most=MOST
    )
    existing_department_id: str | None = field(
        "既存の所属部課ID",
        aliases=("所属部課ID", "部課ID"),
        rule=Rule.CODE,
        pattern=r"[0-9A-Z]{2,16}",
        required_when=is_change,
    )


class EkobeAccount(NumberedAccount):
    """e-KOBEの職員用IDの付番と登録。"""

    id = "ekobe-account"
    title = "e-KOBE利用申請（職員用IDの作成・変更）"
    city = "kobe"
    request = EkobeAccountRequest
    words = Words(
        named=(
            r"e-?KOBE\s*(?:の)?(?:利用|変更)(?:申請|申込)",
            r"(?:e-?KOBE|職員用ID)(?:[^。\n]{0,24}?)(?:発行|付番|新規|追加|作成|登録|変更)",
        ),
        hints=(r"e-?KOBE", r"職員用ID", r"所属部課ID", r"K[0-9]{7}"),
        others=(
            r"ロック|解除|ログイン(?:が)?でき|初期化",
            r"お試し|仮申請|検証環境だけ|フォームの?(?:公開|確認|チェック)",
            r"(?:アカウント|職員用ID|ID)の?(?:削除|廃止)",
        ),
        beside=(
            r"e-?KOBE|職員用(?:ID)?|所属部課ID|アカウント|ID|本番環境|検証環境|(?:利用|変更)(?:の)?申請|申込",
            r"(?:新しく|新たに|あらたに)|(?:次|下記|以下)の(?:とおり|通り|者|職員|内容)|(?:私|当課|本人|自分|職員)の?",
            r"(?:使う|使用|利用)(?:する|し|ことに|ため)?|(?:着任|異動|配属|採用)(?:し|に|の)?|(?:名|人)?分",
        ),
        innocent=(r"変更(?=して|を(?:お願い|希望)|したい|願)",),
    )
    phrases = (
        Phrase("head_count", _HEADS),
        Phrase("requester_phone", EXTENSION, asks=False),
        Phrase("department", INTRODUCES, asks=False),
    )
    deadlines = numbered_deadlines(3, (4, 5), (8, 9))
    letters = letters_of(owners=True, more=frozenset({"password_by"}))
    limits: ClassVar = {"head_count": MOST}
    not_covered: ClassVar = {"kind": ("削除", "廃止", "停止", "移管", "異動")}
    ledgers = (EKOBE_ACCOUNTS.id,)
    systems: ClassVar = {"ekobe_prod": "e-KOBE", "ekobe_verify": "e-KOBE（検証環境）"}
    book = EKOBE_ACCOUNTS
    account_series, section_series = "account_id", "department_id"
    exhausted_rule = "EK-4"

    def terms(self) -> NumberedTerms:
        """Both environments; everybody is told their own ID."""
        return NumberedTerms(
            template=self.template,
            ledger=self.book.id,
            section_series=self.section_series,
            account_series=self.account_series,
            section_label="所属部課ID",
            account_label="職員用ID",
            environments=(
                Environment(4, "ekobe_prod", "registered_prod_on", "本番登録日"),
                Environment(5, "ekobe_verify", "registered_verify_on", "検証登録日"),
            ),
            begin=2,
            allocate=3,
            mail=6,
            check=7,
            tell=8,
            owners=9,
            end=10,
            office="デジタル戦略部",
            booked=("registered_prod_on", "registered_verify_on", "checked_by", "checked_on"),
            states={"create": "active", "change": "changed"},
        )

    def count(self, values: Plain) -> int:
        """As many as were said; what is listed is compared with that (EK-1)."""
        said = values.get("head_count")
        return said if isinstance(said, int) else 0

    def people(self, values: Plain, world: World) -> Iterator[Person | None]:
        """Those of the rows; of an account that exists its holder too."""
        for user in users_of(values):
            yield one_of(world, str(user.get("user_email") or ""))
            row = row_of(user, world) if is_change(values) else None
            if row is not None and row.values.get("user_email"):
                yield one_of(world, str(row.values["user_email"]))

    def is_same(self, values: Plain, other: Plain) -> bool:
        """Somebody stands in both; where nobody is named, the same person asks for as many."""
        if values.get("kind") != other.get("kind"):
            return False
        first, second = ({one.get("user_email") for one in users_of(told)} for told in (values, other))
        if first or second:
            return bool(first & second)
        return all(values.get(name) == other.get(name) for name in ("requester_email", "head_count"))

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """Heads and rows, who holds an ID, whose ID it is, whether there are numbers left."""
        yield from doubts_about_users(reading, values, world)
        yield from self.section_doubts(values, world)

    def application(self, values: Plain, world: World, subject: Subject) -> Application:
        """One holder for each head: those of the rows, else nobody by name."""
        users = users_of(values)
        create = values["kind"] == CREATE
        holders = tuple(self._holder(user, create, world) for user in users) or tuple(
            Holder(name=f"{place}人目") for place in range(1, self.count(values) + 1)
        )
        return Application(
            deed="create" if create else "change",
            department=str(values["department"]),
            holders=holders,
            requester=str(values["requester_name"]),
            section_id="" if create else str(values["existing_department_id"]),
            row={"state": "allocated", "unlock_dates": []},
            facts={"password_by": world.choice("initial_password")},
        )

    def _holder(self, user: Cells, create: bool, world: World) -> Holder:
        name, mail = str(user["user_name"]), str(user["user_email"])
        row = None if create else row_of(user, world)
        return Holder(
            name=name,
            mail=mail,
            person=holder_of(user, row, world),
            account_id=row.key if row else str(user.get("account_id") or ""),
            change=str(user.get("change_detail") or ""),
            version=row.version if row else 0,
            row={"user_name": name, "user_email": mail},
        )
