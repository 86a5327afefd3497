"""The guarded process: whatever a mail does to it costs only that mail (FAULTS F14)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.mails import mail
from tests.intake.poisons import PoisonedReader
from uketsuke.domain.content import Channel
from uketsuke.intake.limits import Limits, ProcessLimits
from uketsuke.intake.message import read_mail
from uketsuke.intake.reader import Reader, ReaderFailed

GOOD = mail("Subject: 配布申請".encode(), body="所属：福祉総務課\r\n".encode())


@pytest.fixture
def reader() -> Iterator[PoisonedReader]:
    with PoisonedReader(process=ProcessLimits(cpu_seconds=1, wall_seconds=5.0)) as reader:
        yield reader


def fail(reader: Reader, body: bytes) -> ReaderFailed:
    with pytest.raises(ReaderFailed) as caught:
        reader.read(mail(body=body), Channel.MAIL)
    return caught.value


def test_the_guarded_reader_reads_what_the_pure_function_reads() -> None:
    with Reader() as reader:
        assert reader.read(GOOD, Channel.MAIL) == read_mail(GOOD)


def test_one_process_is_kept_warm(reader: PoisonedReader) -> None:
    reader.read(GOOD, Channel.MAIL)
    first = reader.pid
    reader.read(GOOD, Channel.MAIL)
    assert reader.pid == first is not None


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"POISON kill", "killed", ""),
        (b"POISON segfault", "crashed", f"exit -{int(signal.SIGSEGV)}"),
        (b"POISON exit", "crashed", "exit 3"),
        (b"POISON loop", "timeout", "cpu"),
        (b"POISON memory", "memory", ""),
        (b"POISON nonsense", "crashed", "invalid content: 1 errors"),
    ],
)
def test_a_poisonous_mail_is_named_and_the_next_one_is_read(
    reader: PoisonedReader, body: bytes, reason: str, detail: str
) -> None:
    for _ in range(2):
        assert reader.read(GOOD, Channel.MAIL).subject == "配布申請"
        failed = fail(reader, body)
        assert (failed.reason, failed.detail) == (reason, detail)
    assert reader.read(GOOD, Channel.MAIL).subject == "配布申請"


def test_the_time_of_earlier_mails_is_not_held_against_a_mail(reader: PoisonedReader) -> None:
    """RLIMIT_CPU counts the whole life of a process; here one second, used up almost three times."""
    pids = set()
    for _ in range(4):
        reader.read(mail(body=b"POISON busy"), Channel.MAIL)
        pids.add(reader.pid)
    assert len(pids) == 1


def test_a_process_that_only_waits_is_killed_by_the_parent() -> None:
    with PoisonedReader(process=ProcessLimits(wall_seconds=0.5)) as reader:
        failed = fail(reader, b"POISON sleep")
        assert (failed.reason, failed.detail) == ("timeout", "wall")
        assert reader.read(GOOD, Channel.MAIL).subject == "配布申請"


def test_a_process_that_dies_between_two_mails_blames_no_mail(reader: PoisonedReader) -> None:
    reader.read(GOOD, Channel.MAIL)
    assert reader.pid
    os.kill(reader.pid, signal.SIGKILL)
    reader._child.process.join(5)  # type: ignore[union-attr]
    assert reader.read(GOOD, Channel.MAIL).subject == "配布申請"


def test_memory_is_bounded_for_the_product_s_own_reading() -> None:
    """A 20 MB text does not fit into 8 MiB more than the idle process."""
    with Reader(process=ProcessLimits(memory=8 * 1024 * 1024)) as reader:
        assert fail(reader, b"x" * 20_000_000).reason in ("memory", "crashed")


def test_the_process_is_replaced_after_its_share_of_mails() -> None:
    with Reader(process=ProcessLimits(mails=3)) as reader:
        pids = []
        for _ in range(7):
            reader.read(GOOD, Channel.MAIL)
            pids.append(reader.pid)
        assert pids[2] is pids[5] is None
        assert len({pids[0], pids[3], pids[6]}) == 3


def test_the_process_gets_no_environment_and_writes_no_file(
    reader: PoisonedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UKETSUKE_SMTP__PASSWORD", "canary")
    assert fail(reader, b"POISON environment").detail == "[]"
    assert fail(reader, b"POISON write").detail == "OSError"


def test_the_fork_server_starts_without_secrets_and_leaves_ours_alone() -> None:
    """In a program of its own: here the fork server runs already."""
    program = (
        "import os\n"
        "from uketsuke.domain.content import Channel\n"
        "from uketsuke.intake.reader import Reader\n"
        "with Reader() as reader:\n"
        "    reader.read(b'From: a@b.example', Channel.MAIL)\n"
        "    print(open(f'/proc/{reader.pid}/environ').read(), os.environ['UKETSUKE_SMTP__PASSWORD'])\n"
    )
    environment = {**os.environ, "UKETSUKE_SMTP__PASSWORD": "canary"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.count("canary") == 1
    assert done.stdout.endswith(" canary\n")


def test_the_process_knows_no_database(reader: PoisonedReader) -> None:
    reader.read(GOOD, Channel.MAIL)
    loaded = Path(f"/proc/{reader.pid}/maps").read_text(encoding="utf-8")
    assert "sqlalchemy" not in loaded
    assert "sqlite" not in loaded


def test_several_threads_share_one_reader(reader: PoisonedReader) -> None:
    mixed_up: list[str] = []

    def read(number: int) -> None:
        for round_ in range(25):
            wanted = f"{number}-{round_}"
            content = reader.read(mail(f"Subject: {wanted}".encode()), Channel.MAIL)
            mixed_up.extend([content.subject] * (content.subject != wanted))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mixed_up == []


def test_the_process_ends_when_the_reader_is_closed() -> None:
    reader = Reader()
    reader.read(GOOD, Channel.MAIL)
    pid = reader.pid
    reader.close()
    assert not Path(f"/proc/{pid}").exists()
    assert reader.read(GOOD, Channel.MAIL).subject == "配布申請"
    reader.close()


def test_limits_reach_the_process() -> None:
    with Reader(Limits(headers=1)) as reader:
        assert [p.code for p in reader.read(GOOD, Channel.MAIL).problems] == ["too-many-headers"]
