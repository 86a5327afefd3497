"""A desk whose applications are records of our own kintone: returns of LTE units, written by people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from pydantic import SecretStr

from tests.connectors.kintone.city import City
from tests.connectors.kintone.served import served
from tests.desk import Desk
from uketsuke import bootstrap
from uketsuke.connectors.fake_kintone.state import App, User
from uketsuke.connectors.kintone_client import KintoneClient
from uketsuke.domain.people import Account
from uketsuke.intake.polling import Round, Visit
from uketsuke.processors.sender import KINTONE
from uketsuke.queue.review import assess_now, planned
from uketsuke.settings import Queue
from uketsuke.store.records import RecordRow
from uketsuke.store.requests import RequestRow
from uketsuke.systems import KintoneApp, KintoneSite, RecordFields

NUMBER = 21
MORNING = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
STATUS = RecordFields(state="状態", receipt_number="受付番号")
_LINE = ("所属", "申請者の名前", "メールアドレス", "管理番号", "受付番号")
_FORM: dict[str, dict[str, Any]] = {
    "作成者": {"type": "CREATOR", "code": "作成者"},
    "作成日時": {"type": "CREATED_TIME", "code": "作成日時"},
    "更新者": {"type": "MODIFIER", "code": "更新者"},
    "更新日時": {"type": "UPDATED_TIME", "code": "更新日時"},
    "申請区分": {"type": "DROP_DOWN", "code": "申請区分", "options": ["配布", "故障交換", "返却"]},
    **{code: {"type": "SINGLE_LINE_TEXT", "code": code} for code in _LINE},
    "返却日": {"type": "DATE", "code": "返却日"},
    "備考": {"type": "MULTI_LINE_TEXT", "code": "備考"},
    "状態": {"type": "DROP_DOWN", "code": "状態", "options": ["受付待ち", "処理中", "完了"]},
}
FILLED = {
    "申請区分": "返却",
    "所属": "道路計画課",
    "申請者の名前": "髙橋 徹",
    "メールアドレス": "takahashi-t@city.example.lg.jp",
    "管理番号": "LTE-0012",
    "返却日": "2026-12-16",
}


@dataclass
class RecordDesk:
    """The desk, the city's kintone, and what people do in both."""

    desk: Desk
    city: City

    @property
    def client(self) -> KintoneClient:
        assert self.desk.app.kintone is not None
        return KintoneClient(self.desk.app.kintone)

    def apply(self, by: str = "takahashi-t", **fields: str) -> int:
        """Somebody fills the app's form in; the record's number."""
        record = {code: {"value": value} for code, value in {**FILLED, **fields}.items()}
        return int(self._do("add", by, {"record": record})["id"])

    def edit(self, record: int, by: str = "takahashi-t", **fields: str) -> None:
        """Somebody changes a record on its page."""
        self._do("edit", by, {"id": record, "record": {code: {"value": one} for code, one in fields.items()}})

    def delete(self, record: int) -> None:
        self._do("delete", "takahashi-t", {"id": record})

    def write(self, record: int, revision: int, **fields: str) -> int:
        """We write to a record, as the connector does: noted before and after."""
        with self.desk.app.database.transaction("own") as tx:
            tx.records.note_own(NUMBER, record, revision + 1)
        return self.client.update(NUMBER, record, fields, revision)

    def look(self) -> Visit:
        """One look into the app."""
        app = self.desk.app
        (inlet,) = bootstrap.app_inlets(app)
        return Round(app.database, self.desk.clock, "me", timedelta(seconds=30)).look(inlet)

    def settle(self, minutes: float = 1) -> None:
        """A while passes, the app is looked into, and everything that is due happens."""
        self.desk.clock.forward(minutes=minutes)
        self.city.clock.at = self.desk.clock.now()
        self.look()
        self.desk.work()

    def requests(self) -> list[RequestRow]:
        """All requests, oldest first."""
        with self.desk.app.database.reading() as tx:
            return sorted(tx.tray.all_requests().rows, key=lambda row: row.id)

    def plan_of(self, number: str) -> str:
        """The hash of what would run now."""
        app, row = self.desk.app, self.desk.request(number)
        with app.database.reading() as tx:
            plan = planned(app, tx, row, assess_now(app, tx, row))
        return plan.hash() if plan else ""

    def known(self, record: int) -> RecordRow:
        with self.desk.app.database.reading() as tx:
            row = tx.records.get(NUMBER, record)
        assert row is not None
        return row

    def close(self, on: bool) -> None:
        """kintone is closed for maintenance, or opens again."""
        site = self.desk.app.settings.kintone
        assert site is not None
        order = {"on": on}
        httpx2.request("PUT", f"{site.url}/_fake/maintenance", json=order, trust_env=False).raise_for_status()

    def _do(self, deed: str, by: str, params: dict[str, Any]) -> dict[str, Any]:
        said = self.city.control("work", {"do": deed, "by": by, "app": NUMBER, "params": params})
        assert said.status == 200, said
        return dict(said.json)


def lte_app() -> App:
    """The app as kintone has it."""
    token = {"token": "lte", "rights": ["view", "edit"]}
    return App.model_validate({"id": NUMBER, "name": "LTE返却申請", "form": _FORM, "tokens": [token]})


@contextmanager
def record_city() -> Iterator[tuple[City, str]]:
    """Our kintone with that app, on a real port."""
    city = City()
    city.domain.users["takahashi-t"] = User(code="takahashi-t", name="髙橋 徹")
    city.domain.apps[NUMBER] = lte_app()
    with served(city) as url:
        yield city, url


def record_desk(city: City, url: str, queue: Queue | None = None, **app: Any) -> RecordDesk:
    """A new desk of that kintone, whose app is empty; `app` are settings of the app."""
    city.domain.apps[NUMBER].records.clear()
    city.clock.at = MORNING
    setting = KintoneApp(
        id=NUMBER,
        service="lte-handover",
        name="LTE返却申請",
        fields={"申請者の名前": "requester_name"},
        **{"status": STATUS, **app},
    )
    site = KintoneSite(url=url, tokens={NUMBER: SecretStr("lte")}, timeout_seconds=5, app=(setting,))
    desk = Desk.open(MORNING, kintone=site, **({"queue": queue} if queue else {}))
    with desk.app.database.transaction("accounts") as tx:
        tx.accounts.put(Account(system=KINTONE, id="takahashi-t", employee_number="10014"))
    return RecordDesk(desk, city)
