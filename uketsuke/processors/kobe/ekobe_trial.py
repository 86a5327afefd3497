"""Trial accounts in the verification environment of e-KOBE (catalogue/kobe.yaml `ekobe-trial`, 000:12).

Rules: ET-1 the department has a trial ID that has not expired, ET-2 production use is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import ClassVar, Literal

from pydantic import JsonValue

from uketsuke.domain.authority import Target
from uketsuke.domain.calendar import local_day
from uketsuke.domain.content import Content
from uketsuke.domain.people import Asker
from uketsuke.domain.reading import Concern, Reading
from uketsuke.domain.receipt import fiscal_year
from uketsuke.domain.request import Plain, Rule, Widget, field
from uketsuke.domain.text import fold
from uketsuke.domain.world import LedgerRow, World
from uketsuke.processors.base import Phrase, Subject, Words
from uketsuke.processors.kobe.ledgers import EKOBE_TRIALS
from uketsuke.processors.phrases import EXTENSION, INTRODUCES
from uketsuke.processors.shapes.numbered_account import (
    CREATE,
    NumberedAccount,
    NumberedRequest,
    is_change,
    kind_field,
    letters_of,
    numbered_deadlines,
)
from uketsuke.processors.shapes.numbered_terms import Application, Environment, Holder, NumberedTerms

MOST = 10
LEAST = timedelta(days=31)
"""A trial lasts at least so long: what is applied for in March ends a fiscal year later."""
_PRODUCTION = re.compile(
    r"本番|実運用|(?:一般|市民)(?:に|へ)?公開|公開して使|正式(?:に|な)?(?:運用|利用|公開)"
)
_COUNTED = re.compile(
    r"(?<![\d~、,・.-])(?P<value>(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?(?:個|つ|名|人))(?:分|の|を|、|。|$)"
)
_PURPOSE = re.compile(r"(?:目的|用途)は、?(?P<value>[^。\n]{1,60}?)(?:です|になります|でございます)")


class EkobeTrialRequest(NumberedRequest):
    """How many trial accounts, and what for."""

    kind: Literal["create", "change"] = kind_field(("新規", "仮申請", "お試し", "作成"), ("変更",))
    account_count: int = field(
        "お試しアカウント数",
        aliases=("アカウント数", "必要数", "人数"),
        rule=Rule.COUNT,
        widget=Widget.NUMBER,
        default=1,
        ge=1,
    )
    trial_purpose: str | None = field(
        "試行目的",
        aliases=("目的", "利用目的", "試したい手続き", "お試し内容"),
        widget=Widget.LINES,
        max_length=2000,
    )
    existing_trial_id: str | None = field(
        "お試しアカウントID",
        aliases=("お試しID", "仮アカウントID"),
        rule=Rule.ACCOUNT,
        ledger=EKOBE_TRIALS.id,
        required_when=is_change,
        max_length=64,
        help="変更のときだけ。T で始まる4桁の番号です。",
    )
    change_detail: str | None = field(
        "変更内容", aliases=("変更点",), widget=Widget.LINES, required_when=is_change, max_length=400
    )


class EkobeTrial(NumberedAccount):
    """e-KOBEのお試し用アカウントの付番と登録。"""

    id = "ekobe-trial"
    title = "e-KOBEお試し用の仮申請"
    city = "kobe"
    request = EkobeTrialRequest
    words = Words(
        named=(
            r"お試し(?:用)?(?:の)?(?:仮申請|アカウント|ID|部課ID)",
            r"e-?KOBE[^。\n]{0,12}?(?:お試し|仮申請|仮アカウント)",
            r"仮申請[^。\n]{0,12}?e-?KOBE",
        ),
        hints=(r"e-?KOBE", r"お試し", r"仮申請", r"検証環境", r"(?<![A-Z])T[0-9]{4}(?!\d)"),
        others=(r"ロック|解除|ログイン(?:が)?でき|初期化", r"フォームの?公開(?:承認|の?確認)"),
        beside=(
            r"e-?KOBE|お試し(?:用)?|アカウント|ID|検証環境|仮申請|申込|個?分|(?:次|下記|以下)の(?:とおり|通り|内容)",
            r"(?:使う|使用|利用)(?:する|し|ことに|ため)?|(?:私|当課|本人|自分|職員)の?|(?:試行)?(?:目的|用途)(?:は)?",
        ),
        innocent=(r"変更(?=して|を(?:お願い|希望)|したい|願)",),
    )
    phrases = (
        Phrase("account_count", _COUNTED),
        Phrase("trial_purpose", _PURPOSE, asks=False),
        Phrase("requester_phone", EXTENSION, asks=False),
        Phrase("department", INTRODUCES, asks=False),
    )
    deadlines = numbered_deadlines(3, (4,), (7,))
    letters = letters_of(owners=False, more=frozenset({"expires_on", "purpose"}))
    limits: ClassVar = {"account_count": MOST}
    not_covered: ClassVar = {"kind": ("削除", "廃止", "停止", "延長")}
    ledgers = (EKOBE_TRIALS.id,)
    systems: ClassVar = {"ekobe_verify": "e-KOBE（検証環境）"}
    book = EKOBE_TRIALS
    account_series, section_series = "trial_account_id", "trial_department_id"
    exhausted_rule = "EK-4"

    def terms(self) -> NumberedTerms:
        """The verification environment only; trial accounts are the department's, not a person's."""
        return NumberedTerms(
            template=self.template,
            ledger=self.book.id,
            section_series=self.section_series,
            account_series=self.account_series,
            section_label="お試し部課ID",
            account_label="お試しアカウントID",
            environments=(Environment(4, "ekobe_verify", "registered_verify_on", "検証登録日"),),
            begin=2,
            allocate=3,
            mail=5,
            check=6,
            tell=7,
            owners=None,
            end=8,
            office="デジタル戦略部",
            booked=("registered_verify_on", "checked_on"),
        )

    def count(self, values: Plain) -> int:
        """One, where nobody says how many."""
        said = values.get("account_count")
        return 1 if is_change(values) else said if isinstance(said, int) else 0

    def target(self, values: Plain, asker: Asker, world: World) -> Target:
        """Also the account that is to be changed must be the section's."""
        row = self._row(values, world) if is_change(values) else None
        if row is not None and row.values.get("department") not in asker.sections:
            return Target.OTHER
        return super().target(values, asker, world)

    def is_same(self, values: Plain, other: Plain) -> bool:
        """The same person asks for the same again, for the same purpose or account."""
        names = ("trial_purpose", "existing_trial_id", "change_detail")
        return super().is_same(values, other) and all(values.get(name) == other.get(name) for name in names)

    def concerns(self, reading: Reading, values: Plain, content: Content, world: World) -> Iterator[Concern]:
        """A trial ID that is still valid, production use, whether there are numbers left."""
        if values.get("kind") == CREATE:
            yield from self._unexpired(str(values.get("department") or ""), world)
        for name in ("trial_purpose", "change_detail", "remarks"):
            found = _PRODUCTION.search(fold(str(values.get(name) or "")))
            if found:
                facts: dict[str, JsonValue] = {"word": found[0]}
                yield Concern(code="production-use", rule="ET-2", field=name, hard=False, facts=facts)
        yield from self.section_doubts(values, world)

    def _unexpired(self, department: str, world: World) -> Iterator[Concern]:
        standing = [
            (row, str(row.values.get("expires_on") or ""))
            for row in world.rows(self.book.id, {"department": department})
        ]
        valid = [(row, day) for row, day in standing if not day or day >= world.today.isoformat()]
        if valid:
            facts: dict[str, JsonValue] = {
                "ids": [row.key for row, _ in valid],
                "day": max(day for _, day in valid) or None,
            }
            yield Concern(code="trial-unexpired", rule="ET-1", field="department", hard=False, facts=facts)

    def _row(self, values: Plain, world: World) -> LedgerRow | None:
        return world.row(self.book.id, str(values.get("existing_trial_id") or ""))

    def application(self, values: Plain, world: World, subject: Subject) -> Application:
        """So many accounts of the department, valid to the end of the fiscal year."""
        create, row = values["kind"] == CREATE, self._row(values, world)
        ends: JsonValue = last_day(local_day(subject.applied_at)).isoformat()
        holders = tuple(Holder(name=f"お試し{place}") for place in range(1, self.count(values) + 1))
        if not create and row is not None:
            change = str(values["change_detail"])
            holders = (Holder(name=row.key, account_id=row.key, change=change, version=row.version),)
            ends = row.values.get("expires_on")
        return Application(
            deed="create" if create else "change",
            department=str(values["department"]),
            holders=holders,
            requester=str(values["requester_name"]),
            section_id=str(row.values.get("trial_department_id") or "") if row and not create else "",
            row={"expires_on": ends},
            facts={"expires_on": ends, "purpose": values.get("trial_purpose")},
        )


def last_day(applied: date) -> date:
    """The end of the fiscal year, which is at least a month away; our reading: the task list is silent."""
    return date(fiscal_year(applied + LEAST) + 1, 3, 31)
