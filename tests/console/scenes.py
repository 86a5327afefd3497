"""A desk in the middle of its day: one request in each place that a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.console.screens import CLEAN, FLAGGED, Screen, open_screen
from tests.desk import OPERATOR
from uketsuke.app import Actor
from uketsuke.domain.calendar import JST
from uketsuke.domain.job import JobName
from uketsuke.domain.states import LetterState, Role
from uketsuke.queue import decide
from uketsuke.queue.correspondence import status_token
from uketsuke.store.shapes import Refusal

HASHIMOTO = Actor("hashimoto", Role.OPERATOR, "D1001")
DISTRIBUTION = (
    "申請区分：配布\n所属：道路計画課\n氏名：髙橋 徹\n本数：１本\n利用目的：現場での図面確認のため\n"
)
UNCLEAR = "お世話になります。モバイル回線の件でご相談です。よろしくお願いします。"
HOSTILE = (
    "申請区分：返却\n所属：道路計画課\n氏名：<script>alert(1)</script>\n管理番号：LTE-0012\n"
    "備考：<img src=x onerror=alert(1)> https://evil.example/ {{7*7}}\n"
)


@dataclass
class Scene:
    """Receipt numbers by what they show, and the work that waits."""

    screen: Screen
    flagged: str
    unclear: str
    waiting_date: str
    asked: str
    held: str
    running: str
    work: int
    """Step id of the hand-over that waits for a person today."""

    def token(self, number: str) -> str:
        """The address of a request's status page."""
        return f"/s/{status_token(self.screen.desk.app, number)}"


def busy_desk() -> Scene:
    """Ten in the morning of 10 December; a hand-over is due today, a letter failed and one is unknown."""
    screen = open_screen(datetime(2026, 12, 7, 10, 1, tzinfo=JST))
    desk = screen.desk
    running = screen.arrive(CLEAN.replace("12月18日", "12月10日"), "<s-1@mail.city.example.lg.jp>")
    desk.clock.at = datetime(2026, 12, 10, 10, 1, tzinfo=JST)
    desk.work()
    numbers = [
        screen.arrive(body, f"<s-{place}@mail.city.example.lg.jp>", subject=subject)
        for place, (body, subject) in enumerate(
            (
                (FLAGGED.replace("ＬＴＥ－００１２", "ＬＴＥ－００１７"), "LTE接続端子の返却"),
                (UNCLEAR, "ご相談"),
                (DISTRIBUTION, "LTE接続端子の配布"),
                (FLAGGED.replace("12月19日", "12月20日"), "LTE接続端子の返却"),
                (FLAGGED.replace("12月19日", "12月26日"), "LTE接続端子の返却"),
            ),
            2,
        )
    ]
    flagged, unclear, waiting, asked, held = numbers
    row = desk.request(asked)
    decide.ask(
        desk.app,
        HASHIMOTO,
        row.id,
        row.version,
        ["希望日：12/20(日) は閉庁日です"],
        "ご都合のよい平日をお知らせください。",
    )
    row = desk.request(held)
    decide.hold(desk.app, OPERATOR, row.id, row.version, None, "課で確認中のため")
    _letters(screen, flagged)
    with desk.app.database.reading() as tx:
        work = tx.waits.work_list(desk.app.today())[0].wait.step_id
    assert work is not None
    return Scene(screen, flagged, unclear, waiting, asked, held, running, work)


def _letters(screen: Screen, number: str) -> None:
    """One letter of each unhappy outcome, and a job that was parked."""
    row, at = screen.desk.request(number), screen.desk.clock.at
    with screen.desk.app.database.transaction("scene") as tx:
        for place, state in enumerate((LetterState.UNKNOWN, LetterState.FAILED, LetterState.WRITTEN)):
            letter = tx.letters.write(
                effect_key=f"scene-{place}",
                purpose="question",
                to="takahashi-t@city.example.lg.jp",
                subject=f"【受付番号 {number}】LTE接続端子の返却　確認のお願い",
                body="本文",
                message_id=f"scene-{place}@city.example.lg.jp",
                request_id=row.id,
            )
            if state is LetterState.WRITTEN:
                tx.letters.set_later(letter, "connect: refused", at + timedelta(minutes=4))
                continue
            tx.letters.set_sending(letter)
            if state is LetterState.UNKNOWN:
                tx.letters.set_unknown(letter, "disconnected after DATA")
            else:
                refusal = Refusal(address="takahashi-t@city.example.lg.jp", reply="550 no such user")
                tx.letters.set_failed(letter, "550 no such user", (refusal,))
        tx.enqueue(JobName.PERFORM, 0, timedelta(days=9))
