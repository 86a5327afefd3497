"""The limits of FAULTS 2: every attack ends quickly, with a problem and with what could be read."""

from __future__ import annotations

import time

import pytest

from tests.intake.attacks import FROM, MIXED, build_heavy, build_refused
from tests.intake.mails import mail
from uketsuke.intake.limits import Limits
from uketsuke.intake.message import read_mail

SIZES = [8_192, 65_536]


def cpu_seconds(raw: bytes) -> float:
    """The best of three, since other processes share the machine."""
    spent = []
    for _ in range(3):
        start = time.process_time()
        read_mail(raw).model_dump_json()
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", build_refused(64))
def test_an_attack_ends_within_a_second_with_a_problem(name: str, size: int) -> None:
    raw = build_refused(size + 100)[name]
    assert read_mail(raw).problems
    assert cpu_seconds(raw) < 1.0


@pytest.mark.parametrize("name", build_heavy(64))
def test_a_heavy_mail_ends_within_a_second(name: str) -> None:
    assert cpu_seconds(build_heavy(65_536)[name]) < 1.0


@pytest.mark.parametrize("name", [*build_refused(64), *build_heavy(64)])
def test_twice_the_size_costs_at_most_2_6_times_the_time(name: str) -> None:
    """FAULTS B2; below 50 ms the clock and a change of path count more; a busy machine gets three tries."""
    mails = [(build_refused(size) | build_heavy(size))[name] for size in (65_536, 131_072)]
    ratios: list[float] = []
    while len(ratios) < 3 and not (ratios and ratios[-1] <= 2.6):
        small, big = map(cpu_seconds, mails)
        ratios.append(big / small if big >= 0.05 else 1.0)
    assert ratios[-1] <= 2.6, ratios


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (FROM + b"X-A: " + b"y" * 70_000 + b"\n\nx", "header-block-too-large"),
        (FROM + b"X: y\n" * 300 + b"\nx", "too-many-headers"),
        (FROM + b"X-A: " + b"y" * 9_000 + b"\n\nx", "header-too-long"),
        (MIXED + b"--b\n\nx\n" * 101 + b"--b--\n", "too-many-parts"),
        (
            MIXED + b"--b\nContent-Type: text/plain; a=" + b"y" * 3_000 + b"\n\nx\n--b--\n",
            "part-header-too-long",
        ),
        (MIXED + (b"--b\nX: " + b"y" * 8_000 + b"\n\nx\n") * 9 + b"--b--\n", "part-headers-too-large"),
        (build_refused(9_000)["nested-messages"], "too-deep"),
        (MIXED + b"--bx\n" * 2_001, "too-many-boundaries"),
        (FROM + b"\n" + b"x\n" * 1_100_000, "text-too-long"),
    ],
)
def test_over_a_limit_the_subject_and_the_sender_are_still_known(raw: bytes, code: str) -> None:
    content = read_mail(raw)
    assert code in [problem.code for problem in content.problems]
    assert content.subject == "x"


def test_a_mail_over_25_megabytes_keeps_its_headers_only() -> None:
    content = read_mail(mail("Subject: 大きい".encode(), body=b"x" * 200), Limits(raw=100))
    assert (content.subject, content.sender.address) == ("大きい", "tanaka-h@city.example.lg.jp")
    assert ([problem.code for problem in content.problems], content.text) == (["too-large"], "")


def test_just_under_the_limits_there_is_no_problem() -> None:
    parts = b"--b\nContent-Type: text/plain\n\nx\n" * 100 + b"--b--\n"
    assert read_mail(MIXED + parts).problems == ()
    assert read_mail(FROM + b"X-A: " + b"y" * 8_000 + b"\n" + b"X: y\n" * 290 + b"\nx").problems == ()
