"""Writes our own samples of the unlock services again; run `python -m tests.samples.make_unlocks`.

What is expected is written down here by hand, from the catalogue, never taken from
what comes out. People, addresses and accounts are those of the two worlds.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
R3 = {"risk": "R3", "target": "own", "need": ["confirm", "operator"], "second_person": "after"}
REVIEW = {"risk": "R3", "need": ["review"]}
MAIL = {"path": "mail-proven", "identity": "one-person", "evidence": "strong"}
LOGIN = {"path": "cms-survey", "identity": "login-name", "evidence": "strong"}
TYPED = {"path": "cms-survey", "identity": "typed-one-person", "evidence": "medium"}
NOBODY = {"path": "cms-survey", "identity": "unknown", "evidence": "weak", **REVIEW, "target": "other"}
NO_MACHINE = {"path": "mail-no-claim", "identity": "unknown", "evidence": "weak", **REVIEW, "target": "other"}
CALLER = {"path": "operator-note", "identity": "attested", "evidence": "strong", **R3}
KOBAYASHI = {
    "所属": "道路計画課",
    "氏名": "小林 誠",
    "CMSログイン名": "kobayashi-m",
    "メールアドレス": "kobayashi-m@city.example.lg.jp",
    "職員用ＩＤ": "K1102003",
}
READ = {
    "department": "道路計画課",
    "requester_name": "小林 誠",
    "requester_email": "kobayashi-m@city.example.lg.jp",
    "account_id": "K1102003",
    "environment": "prod",
    "cms_login_name": "kobayashi-m",
}
EU_1 = ("EU-1", "account_id", "registered to somebody else")


@dataclass(frozen=True)
class City:
    """Where samples are written, and how its mails look."""

    folder: str
    service: str
    domain: str
    desk: str
    steps: tuple[int, ...]

    def mail(self, name: str, at: str, sender: str, subject: str, text: str, **more: Any) -> None:
        """A mail that the border took over at `at` (Japan time), by default with a proven path."""
        moment = datetime.fromisoformat(f"{at}+09:00")
        stamp = moment.strftime("%a, %d %b %Y %H:%M:%S +0900")
        border = f"mx.{self.domain}"
        proof = f"Authentication-Results: {border};\n dmarc=pass header.from={self.domain}"
        headers = [
            f"Received: from relay.{self.domain} by {border} with ESMTPS id {name};\n {stamp}",
            *([proof] if more.pop("proven", True) else []),
            f"Date: {stamp}",
            f"From: {sender}",
            f"To: {self.desk}@{self.domain}",
            f"Subject: {Header(subject, 'utf-8').encode()}",
            f"Message-ID: <{name}@mail.{self.domain}>",
            *more.pop("headers", ()),
            'MIME-Version: 1.0\nContent-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: base64',
        ]
        body = base64.encodebytes(text.encode()).decode().strip()
        raw = "\n".join(headers) + f"\n\n{body}\n"
        (HERE / self.folder / f"{name}.eml").write_bytes(raw.replace("\n", "\r\n").encode("ascii"))
        self.expect(name, more.pop("applied", moment), moment, more)

    def note(self, name: str, called_at: str, values: dict[str, str], check: str | None, **more: Any) -> None:
        """A call that an operator typed five minutes later."""
        moment = datetime.fromisoformat(f"{called_at}+09:00")
        form = {
            "form_id": "operator-entry",
            "submission_id": f"operator-entry-{name}",
            "submitted_at": (moment + timedelta(minutes=5)).isoformat(),
            "submitter": None,
            "entered_by": "operator01",
            "called_at": moment.isoformat(),
            "identity_check": check,
            "values": values,
        }
        path = HERE / self.folder / f"{name}.json"
        path.write_text(json.dumps(form, ensure_ascii=False, indent=2) + "\n", "utf-8")
        self.expect(name, moment, moment, more)

    def expect(self, name: str, applied: datetime, arrived: datetime, more: dict[str, Any]) -> None:
        """The `.expected.json` beside it, in the catalogue's form."""
        flags = [{"rule": rule, "field": field, "why": why} for rule, field, why in more.pop("flags", ())]
        due = more.pop("due")
        expected = {
            "sample": name,
            "catalogue": "own",
            "service": self.service,
            "applied_at": applied.isoformat(),
            "received_at": (arrived + timedelta(minutes=6)).isoformat(),
            "fields": more.pop("fields"),
            "flagged": bool(flags),
            "flags": flags,
            "due": {str(step): due for step in self.steps},
            "plan_state": more.pop("state", "held" if flags else "ready"),
            **more,
        }
        path = HERE / self.folder / f"{name}.expected.json"
        path.write_text(json.dumps(expected, ensure_ascii=False, indent=2) + "\n", "utf-8")


KOBE = City("kobe/ekobe-unlock", "ekobe-unlock", "city.example.lg.jp", "it-helpdesk", (2, 3, 4, 5, 6))
ASHIYA = City(
    "ashiya/account-unlock", "account-unlock", "ashiya-sample.example.lg.jp", "helpdesk", (2, 4, 5, 6)
)


def survey(answered: str, values: dict[str, str], form_id: str = "0151") -> str:
    """The text that the CMS writes: head, labels with their values below, foot."""
    listed = "".join(f"[{label}]\n{value}\n\n" for label, value in values.items())
    return (
        f"イントラネットCMS アンケート機能からの自動送信メールです。\n\nアンケート番号：{form_id}\n"
        f"アンケート名：e-KOBEアカウントロック解除申請\n回答日時：{answered}\n{'-' * 40}\n{listed}{'-' * 40}\n"
        "※このメールに返信しないでください。お心当たりのない場合は、破棄してください。\n"
    )


def relay(name: str, at: str, text: str, **more: Any) -> None:
    """A mail of the CMS."""
    subject = "【アンケート回答】e-KOBEアカウントロック解除申請"
    KOBE.mail(name, at, "intra-cms@city.example.lg.jp", subject, text, **more)


def write_relay_mails() -> None:
    """The registered form, and what looks like it."""
    relay(
        "own-relay-automatic-clean",
        "2026-12-16T09:32:00",
        survey("2026/12/16 09:31", KOBAYASHI),
        headers=["Auto-Submitted: auto-generated", "Precedence: bulk", "X-Auto-Response-Suppress: All"],
        applied=datetime.fromisoformat("2026-12-16T09:31:00+09:00"),
        fields=READ,
        authority={**LOGIN, **R3},
        due="2026-12-17",
        notes="a machine's headers do not keep a registered form from opening a request",
    )
    relay(
        "own-relay-answered-later-clean",
        "2026-12-16T09:32:00",
        survey("2026/12/16 10:31", KOBAYASHI),
        fields=READ,
        authority={**LOGIN, **R3},
        due="2026-12-17",
        notes="回答日時 lies after the border's own time: the border's counts",
    )
    relay(
        "own-relay-unproven-flagged",
        "2026-12-16T09:32:00",
        survey("2026/12/16 09:31", KOBAYASHI),
        proven=False,
        fields=READ,
        flags=[
            ("FR-05", "from", "the address written is not the sender's"),
            ("FR-14", None, "場合: the foot is a stranger's words then"),
            ("FR-14", None, "破棄"),
        ],
        authority=NO_MACHINE,
        due="2026-12-17",
        notes="the relay's address alone proves nothing: a plain mail from nobody",
    )
    relay(
        "own-relay-contradicting-login-flagged",
        "2026-12-16T09:32:00",
        survey("2026/12/16 09:31", {**KOBAYASHI, "CMSログイン名": "watanabe-s"}),
        applied=datetime.fromisoformat("2026-12-16T09:31:00+09:00"),
        fields={**READ, "cms_login_name": "watanabe-s"},
        flags=(),
        authority=NOBODY,
        due="2026-12-17",
        notes="who was signed in and who is named are different people: nobody is believed",
    )
    relay(
        "own-relay-unknown-label-flagged",
        "2026-12-16T09:32:00",
        survey("2026/12/16 09:31", {**KOBAYASHI, "ご要望": "IDを新しくしてください"}),
        applied=datetime.fromisoformat("2026-12-16T09:31:00+09:00"),
        fields=READ,
        flags=[("FR-14", None, "an answer that no field takes")],
        authority={**LOGIN, **R3},
        due="2026-12-17",
    )
    relay(
        "own-relay-label-in-remarks-flagged",
        "2026-12-16T09:32:00",
        survey("2026/12/16 09:31", {**KOBAYASHI, "備考": "よろしくお願いします\n[職員用ＩＤ]\nK1105001"}),
        applied=datetime.fromisoformat("2026-12-16T09:31:00+09:00"),
        fields={**READ, "remarks": "よろしくお願いします"},
        flags=[("FR-02", "account_id", "two IDs")],
        authority={**LOGIN, **R3},
        due="2026-12-17",
        notes="a label typed into a remark does not replace the form's own answer, and is seen",
    )
    relay(
        "own-relay-retired-flagged",
        "2026-12-16T09:32:00",
        survey(
            "2026/12/16 09:31",
            {
                "所属": "市民協働課",
                "氏名": "古川 文",
                "メールアドレス": "furukawa-f@city.example.lg.jp",
                "職員用ＩＤ": "K1102003",
            },
        ),
        applied=datetime.fromisoformat("2026-12-16T09:31:00+09:00"),
        fields={
            "department": "市民協働課",
            "requester_name": "古川 文",
            "requester_email": "furukawa-f@city.example.lg.jp",
            "account_id": "K1102003",
            "environment": "prod",
        },
        flags=[EU_1],
        authority=NOBODY,
        due="2026-12-17",
        notes="who has left is nobody, and the account is another's",
    )


def write_kobe_mails() -> None:
    """What comes to the same desk in other ways."""
    KOBE.mail(
        "own-unknown-id-flagged",
        "2026-12-16T10:00:00",
        "kobayashi-m@city.example.lg.jp",
        "e-KOBEのロック解除",
        "職員用ID：K1102999\n解除をお願いします。\n",
        fields={
            "department": "道路計画課",
            "requester_name": "小林 誠",
            "requester_email": "kobayashi-m@city.example.lg.jp",
            "account_id": "K1102999",
            "environment": "prod",
        },
        flags=[("FR-10", "account_id", "no such ID")],
        authority={**MAIL, **REVIEW, "target": "other"},
        due="2026-12-17",
        state="none",
        notes="an ID without an owner has no plan",
    )
    KOBE.mail(
        "own-section-mailbox-flagged",
        "2026-12-16T10:00:00",
        "digital-strategy@city.example.lg.jp",
        "e-KOBEアカウントロック解除",
        "所属：道路計画課\n氏名：小林 誠\n職員用ID：K1102003\n",
        fields={
            "department": "道路計画課",
            "requester_name": "小林 誠",
            "requester_email": "digital-strategy@city.example.lg.jp",
            "account_id": "K1102003",
            "environment": "prod",
        },
        flags=(),
        authority={
            "path": "mail-proven",
            "identity": "section-mailbox",
            "evidence": "medium",
            "target": "other",
            **REVIEW,
        },
        due="2026-12-17",
        notes="a section's mailbox is nobody's own: an account is one person's",
    )
    KOBE.note(
        "own-note-unchecked",
        "2026-12-16T10:00:00",
        {
            "サービス": "e-KOBEアカウントロック解除",
            "所属": "道路計画課",
            "氏名": "小林 誠",
            "内線": "3456",
            "職員用ID": "k1102003",
        },
        None,
        fields={
            "department": "道路計画課",
            "requester_name": "小林 誠",
            "requester_phone": "3456",
            "account_id": "K1102003",
            "environment": "prod",
        },
        authority={
            "path": "operator-note",
            "identity": "unknown",
            "evidence": "weak",
            "target": "other",
            **REVIEW,
        },
        due="2026-12-17",
        notes="nobody called back yet: who calls is only a name",
    )


def write_ashiya() -> None:
    """Notes and mails of the other city."""
    ASHIYA.note(
        "own-counter-clean",
        "2027-02-08T08:40:00",
        {
            "サービス": "アカウントロック解除",
            "アカウント": "a30512",
            "所属": "市民課",
            "氏名": "藤本 圭",
            "内線": "2210",
        },
        "counter",
        fields={
            "account_id": "a30512",
            "system_name": "ad",
            "department": "市民課",
            "requester_name": "藤本 圭",
            "requester_phone": "2210",
        },
        authority=CALLER,
        due="2027-02-09",
        notes="who stands at the counter with a staff card is told there, not by phone",
    )
    ASHIYA.mail(
        "own-other-system-flagged",
        "2027-02-09T10:00:00",
        "fujimoto-k@ashiya-sample.example.lg.jp",
        "グループウェアのロック解除",
        "グループウェアがロックされました。\nアカウント：a30512\n解除をお願いします。\n",
        fields={
            "account_id": "a30512",
            "system_name": "groupware",
            "department": "市民課",
            "requester_name": "藤本 圭",
            "requester_email": "fujimoto-k@ashiya-sample.example.lg.jp",
        },
        flags=[("FR-10", "account_id", "registered in another system")],
        authority={**MAIL, **R3},
        due="2027-02-10",
    )
    ASHIYA.mail(
        "own-two-accounts-flagged",
        "2027-02-09T10:00:00",
        "kishi-m@ashiya-sample.example.lg.jp",
        "ロック解除のお願い",
        "アカウント：a30410\n田村さんのa30601もロックされています。\n解除をお願いします。\n",
        fields={
            "account_id": "a30410",
            "system_name": "ad",
            "department": "課税課",
            "requester_name": "岸 道子",
            "requester_email": "kishi-m@ashiya-sample.example.lg.jp",
        },
        flags=[
            ("FR-14", "account_id", "another account is named"),
            ("EU-2", "account_id", "unlocked on 2027-01-22 and 2027-02-03"),
        ],
        authority={**MAIL, **R3},
        due="2027-02-10",
    )


if __name__ == "__main__":
    write_relay_mails()
    write_kobe_mails()
    write_ashiya()
