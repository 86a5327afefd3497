"""The relay fails exactly as told, and its log is the truth about what it took."""

from __future__ import annotations

import signal
import smtplib
import subprocess
import sys
from pathlib import Path

import pytest

from .faults import Act
from .programs import HOST
from .smtp import SmtpRelay, read_accepted

pytestmark = pytest.mark.smtp

RAW = "From: desk@example.lg.jp\r\nTo: a@example.lg.jp\r\nSubject: 完了\r\n\r\n.ご連絡\r\n".encode()
BOTH = ["a@example.lg.jp", "b@example.lg.jp"]


def send(relay: SmtpRelay, recipients: list[str] | None = None, seconds: float = 5) -> object:
    """One message over a connection of its own; what smtplib says of refused recipients."""
    with smtplib.SMTP(HOST, relay.port, timeout=seconds) as client:
        return client.sendmail("desk@example.lg.jp", recipients or BOTH[:1], RAW)


def test_an_accepted_message_is_remembered_with_its_envelope(smtp_relay: SmtpRelay) -> None:
    with smtplib.SMTP(HOST, smtp_relay.port) as client:
        client.mail("desk@example.lg.jp")
        client.rcpt("a@example.lg.jp")
        code, said = client.data(RAW)
    (message,) = smtp_relay.accepted()
    assert (code, message.raw, message.sender) == (250, RAW, "desk@example.lg.jp")
    assert message.recipients == ("a@example.lg.jp",)
    assert message.queue_id in said.decode()
    assert message.when.tzinfo is not None


@pytest.mark.parametrize("step", ["connect", "mail", "rcpt", "data", "dot"])
@pytest.mark.parametrize("reply", ["421 4.3.2 closing", "451 4.3.0 try later", "554 5.7.1 refused"])
def test_a_refusal_at_any_step_accepts_nothing_and_happens_once(
    smtp_relay: SmtpRelay, step: str, reply: str
) -> None:
    smtp_relay.fault(step, Act.REPLY, reply)
    with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)) as caught:
        send(smtp_relay)
    assert reply[:3] in str(caught.value)
    assert smtp_relay.accepted() == []
    send(smtp_relay)
    assert len(smtp_relay.accepted()) == 1
    assert smtp_relay.script.unplayed() == []


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data", "body", "dot"])
def test_a_disconnect_before_the_final_reply_accepts_nothing(smtp_relay: SmtpRelay, step: str) -> None:
    smtp_relay.fault(step, Act.CUT)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(smtp_relay)
    assert smtp_relay.accepted() == []


@pytest.mark.parametrize(
    ("act", "reply"), [(Act.CUT_AFTER, ""), (Act.CUT_MIDDLE, "25"), (Act.HANG_AFTER, "")]
)
def test_accepted_without_a_whole_reply_is_accepted(smtp_relay: SmtpRelay, act: Act, reply: str) -> None:
    smtp_relay.fault("dot", act, reply)
    with pytest.raises((smtplib.SMTPException, OSError)):
        send(smtp_relay, seconds=0.5)
    assert [message.raw for message in smtp_relay.accepted()] == [RAW]


@pytest.mark.parametrize("step", ["connect", "mail", "rcpt", "data", "dot"])
def test_a_hang_lasts_until_the_client_gives_up_and_accepts_nothing(smtp_relay: SmtpRelay, step: str) -> None:
    smtp_relay.fault(step, Act.HANG)
    with pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)):
        send(smtp_relay, seconds=0.3)
    assert smtp_relay.accepted() == []


def test_a_refused_recipient_does_not_stop_the_others(smtp_relay: SmtpRelay) -> None:
    smtp_relay.fault("rcpt", Act.REPLY, "550 5.1.1 unknown", match="b@example", times=None)
    assert send(smtp_relay, BOTH) == {"b@example.lg.jp": (550, b"5.1.1 unknown")}
    assert smtp_relay.accepted()[0].recipients == ("a@example.lg.jp",)


def test_a_fault_can_wait_for_a_later_passage(smtp_relay: SmtpRelay) -> None:
    smtp_relay.fault("dot", Act.REPLY, "451 4.3.0 later", skip=1, times=2)
    outcomes = []
    for _ in range(4):
        try:
            send(smtp_relay)
            outcomes.append("sent")
        except smtplib.SMTPDataError:
            outcomes.append("later")
    assert outcomes == ["sent", "later", "later", "sent"]


def test_starttls_can_be_offered_and_fail(tmp_path: Path) -> None:
    relay = SmtpRelay(tmp_path / "log", extensions=("STARTTLS",))
    relay.start()
    with smtplib.SMTP(HOST, relay.port) as client, pytest.raises(smtplib.SMTPResponseException, match="454"):
        client.starttls()
    relay.stop()


def test_a_stopped_relay_refuses_and_a_started_one_is_on_the_same_port(smtp_relay: SmtpRelay) -> None:
    send(smtp_relay)
    smtp_relay.stop()
    with pytest.raises(ConnectionRefusedError):
        send(smtp_relay)
    smtp_relay.start()
    send(smtp_relay)
    assert len(smtp_relay.accepted()) == 2


def test_it_runs_as_a_process_and_the_log_outlives_a_kill(tmp_path: Path) -> None:
    log = tmp_path / "accepted.jsonl"
    command = [sys.executable, "-m", "tests.servers.smtp", "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        with smtplib.SMTP(HOST, port) as client:
            client.sendmail("desk@example.lg.jp", BOTH, RAW)
        process.send_signal(signal.SIGKILL)
    with log.open("a") as torn:
        torn.write('{"queue_id": "half')
    assert [message.recipients for message in read_accepted(log)] == [tuple(BOTH)]
