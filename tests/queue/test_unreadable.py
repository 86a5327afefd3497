"""A message that cannot be read costs nobody else anything and is never out of sight."""

from __future__ import annotations

from dataclasses import replace

from tests.desk import OPERATOR, RETURN, Desk, PlainReader, mail
from uketsuke.domain.content import Channel, Content
from uketsuke.domain.states import RequestState
from uketsuke.intake.reader import ReaderFailed
from uketsuke.queue import answers
from uketsuke.queue.review import assess_now


class DyingReader(PlainReader):
    """Stands for a guarded process that dies of one message; the real one is in tests/intake."""

    def read(self, raw: bytes, channel: Channel) -> Content:
        if b"LTE-0018" in raw:
            raise ReaderFailed("memory")
        return super().read(raw, channel)


def test_it_stands_in_the_tray_with_the_reason_while_the_others_are_done(desk: Desk) -> None:
    desk.app = replace(desk.app, reader=DyingReader())
    bad = desk.receive(mail(RETURN.format(unit="LTE-0018", day="12月18日"), message_id="<bad@x>"))
    good = desk.receive(mail(RETURN.format(unit="LTE-0012", day="12月18日"), message_id="<good@x>"))
    desk.work()
    assert desk.request(good.number).state is RequestState.RUNNING
    stopped = desk.request(bad.number)
    assert stopped.state is RequestState.NEEDS_REVIEW
    assert "FR-13" in [concern.rule for concern in stopped.concerns]
    with desk.app.database.reading() as tx:
        assert assess_now(desk.app, tx, stopped).concerns == stopped.concerns
    with desk.app.database.reading() as tx:
        assert [job.last_error for job in tx.jobs.parked()] == ["unreadable: memory"]


def test_tried_again_with_success_it_is_judged_by_what_it_says(desk: Desk) -> None:
    dying = replace(desk.app, reader=DyingReader())
    healthy, desk.app = desk.app, dying
    bad = desk.receive(mail(RETURN.format(unit="LTE-0018", day="12月18日")))
    desk.work()
    desk.app = healthy
    with desk.app.database.reading() as tx:
        (job,) = tx.jobs.parked()
    answers.unpark(desk.app, OPERATOR, job.id)
    desk.work()
    request = desk.request(bad.number)
    assert request.service == "lte-handover"
    assert request.concerns == ()
    assert request.state is RequestState.NEEDS_REVIEW
