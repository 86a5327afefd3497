"""What servers wrote: Received, Authentication-Results (RFC 8601), dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.intake.mails import mail
from uketsuke.intake.message import read_mail
from uketsuke.intake.trace import read_date

JST = timezone(timedelta(hours=9))
MX = "mx.city.example.lg.jp"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 08 Dec 2026 14:25:02 +0900", datetime(2026, 12, 8, 14, 25, 2, tzinfo=JST)),
        ("8 Dec 2026 14:25 +0900 (JST)", datetime(2026, 12, 8, 14, 25, tzinfo=JST)),
        ("Tue,8 Dec 2026 14:25:02 JST", datetime(2026, 12, 8, 14, 25, 2, tzinfo=JST)),
        ("Tue, 08 Dec 26 05:25:02 GMT", datetime(2026, 12, 8, 5, 25, 2, tzinfo=UTC)),
        ("Tue, 08 Dec 2026 05:25:60 -0000", datetime(2026, 12, 8, 5, 25, 59, tzinfo=UTC)),
        ("Tue, 31 Feb 2026 05:25:00 +0900", None),
        ("Tue, 08 Dec 2026 25:25:00 +0900", None),
        ("Tue, 08 Dec 2026 05:25:00 +9999", None),
        ("Tue, 08 Dec 2026 05:25:00", None),
        ("yesterday", None),
    ],
)
def test_dates_of_headers_are_aware_or_none(text: str, expected: datetime | None) -> None:
    assert read_date(text) == expected


def test_a_date_that_is_none_is_told() -> None:
    assert [problem.code for problem in read_mail(mail(b"Date: yesterday")).problems] == ["broken-date"]


def test_received_gives_host_and_time_topmost_first() -> None:
    content = read_mail(
        mail(
            b"Received: from a (b [192.0.2.1]; by evil)\r\n by MX.city.example.lg.jp (P)\r\n with ESMTP;"
            b" Tue, 08 Dec 2026 14:25:02 +0900 (JST)",
            b"Received: by relay.example; nonsense",
            b"Received: (qmail 1 invoked)",
        )
    )
    found = [(hop.by, hop.at) for hop in content.received]
    assert found == [(MX, datetime(2026, 12, 8, 14, 25, 2, tzinfo=JST)), ("relay.example", None), ("", None)]


@pytest.mark.parametrize(
    ("value", "authserv_id", "results"),
    [
        (b"mx; none", "mx", ()),
        (b"MX.Example 1; spf=pass smtp.mailfrom=a@B.example", "mx.example", (("spf", "pass", "b.example"),)),
        (
            b"mx;\r\n dkim=pass (2048-bit; ok) header.d=b.example header.i=@c.example;\r\n dmarc = fail\r\n"
            b" (p=none) header.from = d.example",
            "mx",
            (("dkim", "pass", "b.example"), ("dmarc", "fail", "d.example")),
        ),
        (b'mx; spf=pass smtp.mailfrom="a;dmarc=pass header.from=city"@b.example', "mx", None),
        (b"mx; spf=fail (comment; dmarc=pass header.from=city)", "mx", (("spf", "fail", ""),)),
        (b"mx; spf=fail (open; dmarc=pass header.from=city", "mx", ()),
        (b'mx; spf=fail reason="o; dmarc=pass header.from=city', "mx", ()),
        (b"spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=b.example", "", (("spf", "pass", "b.example"),)),
        (b"", "", ()),
    ],
)
def test_authentication_results_are_read_as_written(
    value: bytes, authserv_id: str, results: tuple[tuple[str, str, str], ...] | None
) -> None:
    found = read_mail(mail(b"Authentication-Results: " + value)).auth_results[0]
    assert found.authserv_id == authserv_id
    if results is not None:
        assert found.results == results
    assert not any(method == "dmarc" and result == "pass" for method, result, _ in found.results)


def test_several_authentication_results_keep_their_order() -> None:
    content = read_mail(
        mail(b"Authentication-Results: border; dmarc=fail", b"Authentication-Results: forged; dmarc=pass")
    )
    assert [result.authserv_id for result in content.auth_results] == ["border", "forged"]
