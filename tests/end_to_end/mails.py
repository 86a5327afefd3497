"""Mails of invented staff, as the city's relay hands them on."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from uketsuke.domain.calendar import JST

MX = "mx.city.example.lg.jp"
DESK = "it-helpdesk@city.example.lg.jp"


@dataclass(frozen=True)
class Writer:
    """Somebody who writes mails; those of the sample world's directory have these addresses."""

    name: str
    address: str
    department: str = ""


SUZUKI = Writer("鈴木 健一", "suzuki-k@city.example.lg.jp", "福祉総務課")
KOBAYASHI = Writer("小林 誠", "kobayashi-m@city.example.lg.jp", "道路計画課")
TAKAHASHI = Writer("髙橋 徹", "takahashi-t@city.example.lg.jp", "道路計画課")
TANAKA = Writer("田中 花子", "tanaka-h@city.example.lg.jp", "市民協働課")
NAKAMURA = Writer("中村 淳", "nakamura-j@city.example.lg.jp", "環境保全課")
INOUE = Writer("井上 彩", "inoue-a@city.example.lg.jp", "広報課")
STRANGER = Writer("山本 次郎", "yamamoto@shop.example.com", "")


def write_mail(
    writer: Writer,
    subject: str,
    text: str,
    *,
    at: datetime,
    message_id: str,
    headers: tuple[str, ...] = (),
    hop: str = "S001",
) -> bytes:
    """The bytes of a plain mail; from inside, its path is proven by the relay's own header.

    `hop` is the relay's queue id: another one makes other bytes of the same mail.
    """
    inside = writer.address.endswith("@city.example.lg.jp")
    domain = writer.address.rpartition("@")[2]
    verdict = "pass" if inside else "none"
    lines = [
        f"Received: from {MX} by imap.city.example.lg.jp with LMTP;",
        f" {_stamp(at + timedelta(seconds=2))}",
        f"Authentication-Results: {MX};",
        f" spf={verdict} smtp.mailfrom={domain};",
        f" dkim={verdict} header.d={domain};",
        f" dmarc={verdict} header.from={domain}",
        "Received: from relay.city.example.lg.jp (relay.city.example.lg.jp [192.0.2.25])",
        f" by {MX} with ESMTPS id {hop};",
        f" {_stamp(at)}",
        f"Date: {_stamp(at)}",
        f"From: {_word(writer.name)} <{writer.address}>",
        f"To: {DESK}",
        f"Subject: {_word(subject)}",
        f"Message-ID: {message_id}",
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: 8bit",
        *headers,
        "",
        *text.strip().splitlines(),
        "",
    ]
    return "\r\n".join(lines).encode()


def form(**values: str | None) -> str:
    """A body of labelled lines; the names are the labels."""
    return "\n".join(f"{label}：{value}" for label, value in values.items() if value is not None)


def distribution(
    writer: Writer,
    *,
    at: datetime,
    message_id: str,
    count: int = 1,
    day: str | None = None,
    hop: str = "S001",
) -> bytes:
    """配布: so many units, on a desired day or none."""
    text = form(
        申請区分="配布",
        所属=writer.department,
        氏名=writer.name,
        電話番号="078-000-5678",
        本数=f"{count}本",
        受渡希望日=day,
        用途="訪問調査",
    )
    return write_mail(writer, "LTE接続端子の配布申請", text, at=at, message_id=message_id, hop=hop)


def exchange(
    writer: Writer,
    unit: str,
    *,
    at: datetime,
    message_id: str,
    day: str | None = None,
    fault: str = "赤ランプが点灯したままつながらない",
) -> bytes:
    """故障交換: this unit back, another one out."""
    text = form(
        申請区分="故障交換",
        所属=writer.department,
        氏名=writer.name,
        内線="3456",
        LTE管理番号=unit,
        症状=fault,
        受渡希望日=day,
    )
    return write_mail(writer, "LTE接続端子の故障交換をお願いします", text, at=at, message_id=message_id)


def return_of(writer: Writer, unit: str, *, at: datetime, message_id: str, day: str | None = None) -> bytes:
    """返却: this unit back."""
    text = form(
        申請区分="返却",
        所属=writer.department,
        氏名=writer.name,
        内線="3456",
        LTE管理番号=unit,
        受渡希望日=day,
    )
    return write_mail(writer, "LTE接続端子の返却", text, at=at, message_id=message_id)


def absence(writer: Writer, *, at: datetime, message_id: str) -> bytes:
    """The answer of a machine while somebody is away (RFC 3834)."""
    text = "本日は休暇をいただいております。"
    marks = ("Auto-Submitted: auto-replied",)
    return write_mail(writer, "自動応答：不在", text, at=at, message_id=message_id, headers=marks)


def reply_to(writer: Writer, letter_id: str, text: str, *, at: datetime, message_id: str) -> bytes:
    """An answer to a letter of ours, in its thread."""
    marks = (f"In-Reply-To: {letter_id}", f"References: {letter_id}")
    return write_mail(writer, "Re: LTE接続端子", text, at=at, message_id=message_id, headers=marks)


def moment(text: str) -> datetime:
    """A time in Japan, written as `2026-12-08 15:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def _stamp(at: datetime) -> str:
    return format_datetime(at.astimezone(JST))


def _word(text: str) -> str:
    """An encoded word (RFC 2047), unfolded: short enough for every header here."""
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="
