"""Writes our own samples of the e-KOBE applications again; run `python -m tests.samples.make_numbered`.

What is expected is written down here by hand, from the catalogue, never taken from
what comes out. People, addresses and IDs are those of the samples' city.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.ekobe import HARA, NAKAMURA, record
from tests.samples.make_unlocks import HERE, City

STRONG = {"path": "mail-proven", "identity": "one-person", "evidence": "strong", "risk": "R2"}
CALLED = {"path": "operator-note", "identity": "attested", "evidence": "strong", "risk": "R2"}
TYPED = {"path": "formbridge", "identity": "typed-one-person", "evidence": "medium", "risk": "R2"}
SECTION = {"target": "section", "need": ["operator"]}
OWN = {"target": "own", "need": ["operator"]}
OTHER = {"target": "other", "need": ["review"]}
A, B = "nakamura-j@city.example.lg.jp", "hara-m@city.example.lg.jp"
KANKYO = {"department": "環境保全課", "requester_name": "中村 淳", "requester_email": A}
KOHO = {
    "department": "広報課",
    "requester_name": "井上 彩",
    "requester_email": "inoue-a@city.example.lg.jp",
}
KYOIKU = {
    "department": "教育企画課",
    "requester_name": "森 さくら",
    "requester_email": "mori-s@city.example.lg.jp",
}
TWO = [{"user_name": "中村 淳", "user_email": A}, {"user_name": "原 美咲", "user_email": B}]
NEW = {"kind": "create", **KANKYO}


@dataclass(frozen=True)
class Applications(City):
    """Samples of a service some of whose steps wait for the department's check."""

    waiting: tuple[int, ...] = ()
    only_new: tuple[int, ...] = ()

    def expect(self, name: str, applied: datetime, arrived: datetime, more: dict[str, Any]) -> None:
        """The `.expected.json` beside it, in the catalogue's form."""
        more.setdefault("due", None)
        by = more.pop("by")
        super().expect(name, applied, arrived, more)
        path = HERE / self.folder / f"{name}.expected.json"
        expected = json.loads(path.read_text("utf-8"))
        new = expected["fields"].get("kind") != "change"
        expected["due"] = {str(step): by for step in self.steps if new or step not in self.only_new}
        expected["due"] |= {
            str(step): "pending: dept_check_passed + 2 business days" for step in self.waiting
        }
        path.write_text(json.dumps(expected, ensure_ascii=False, indent=2) + "\n", "utf-8")

    def record(self, name: str, at: str, service: str, *users: Any, **more: Any) -> None:
        """A record that FormBridge has written."""
        moment = datetime.fromisoformat(f"{at}+09:00")
        raw = json.loads(record(service, 2300, *users, at=moment, **more.pop("typed")))
        path = HERE / self.folder / f"{name}.json"
        path.write_text(json.dumps(raw, ensure_ascii=False, indent=2) + "\n", "utf-8")
        self.expect(name, moment, moment - timedelta(minutes=5), more)


ACCOUNT = Applications(
    "kobe/ekobe-account", "ekobe-account", "city.example.lg.jp", "it-helpdesk", (3, 4, 5), (8, 9), (3,)
)
TRIAL = Applications(
    "kobe/ekobe-trial", "ekobe-trial", "city.example.lg.jp", "it-helpdesk", (3, 4), (7,), (3,)
)
WEDNESDAY, BY = "2026-12-09T10:00:00", "2026-12-11"


def write_accounts() -> None:
    """The same application by mail, by phone and in words; what a clerk would stop at."""
    ACCOUNT.mail(
        "own-mail-table-clean",
        WEDNESDAY,
        A,
        "e-KOBE利用申請（新規2名）",
        "申請区分：新規\n所属：環境保全課\n氏名：中村 淳\n申請人数：2名\n利用者一覧：\n"
        f"1. 中村 淳 {A}\n2. 原 美咲 {B}\n",
        by=BY,
        fields={**NEW, "head_count": 2, "users": TWO},
        authority={**STRONG, **SECTION},
    )
    ACCOUNT.mail(
        "own-mail-heads-only-clean",
        WEDNESDAY,
        A,
        "e-KOBEの職員用IDの新規発行のお願い",
        "お世話になっております。環境保全課の中村です。\ne-KOBEの職員用IDを2名分、新規に発行をお願いします。\n",
        by=BY,
        fields={**NEW, "head_count": 2},
        authority={**STRONG, **SECTION},
    )
    ACCOUNT.note(
        "own-note-clean",
        WEDNESDAY,
        {
            "サービス": "e-KOBE利用申請",
            "申請区分": "新規",
            "所属": "環境保全課",
            "氏名": "中村 淳",
            "内線": "4567",
            "申請人数": "1",
            "利用者一覧": f"中村 淳 {A}",
        },
        "call-back",
        by=BY,
        fields={
            "kind": "create",
            "department": "環境保全課",
            "requester_name": "中村 淳",
            "requester_phone": "4567",
            "head_count": 1,
            "users": TWO[:1],
        },
        authority={**CALLED, **OWN},
    )
    ACCOUNT.record(
        "own-listed-twice-flagged",
        WEDNESDAY,
        "account",
        HARA,
        HARA,
        typed={},
        by=BY,
        fields={
            **NEW,
            "department_code": "110400",
            "requester_phone": "4567",
            "head_count": 2,
            "users": TWO[1:] * 2,
        },
        flags=[("EK-2", "users[1]", "the same person twice")],
        authority={**TYPED, **SECTION},
    )
    ACCOUNT.record(
        "own-other-section-clean",
        WEDNESDAY,
        "account",
        NAKAMURA,
        ("加藤 優", "kato-y"),
        typed={},
        by=BY,
        fields={
            **NEW,
            "department_code": "110400",
            "requester_phone": "4567",
            "head_count": 2,
            "users": [TWO[0], {"user_name": "加藤 優", "user_email": "kato-y@city.example.lg.jp"}],
        },
        authority={**TYPED, **OTHER},
        notes="加藤 is of another section: whose department answers for the ID?",
    )
    ACCOUNT.mail(
        "own-mail-change-unknown-id-flagged",
        WEDNESDAY,
        KOHO["requester_email"],
        "e-KOBE変更申請",
        "申請区分：変更\n所属：広報課\n氏名：井上 彩\n申請人数：1\n所属部課ID：D1105\n"
        "利用者1 氏名：井上 彩 メールアドレス：inoue-a@city.example.lg.jp 職員用ID：K1105999 "
        "変更内容：姓の変更\n",
        by=BY,
        fields={
            "kind": "change",
            **KOHO,
            "head_count": 1,
            "existing_department_id": "D1105",
            "users": [
                {
                    "user_name": "井上 彩",
                    "user_email": KOHO["requester_email"],
                    "account_id": "K1105999",
                    "change_detail": "姓の変更",
                }
            ],
        },
        flags=[("EK-3", "users[0].account_id", "not in the ledger")],
        authority={**STRONG, **OWN},
    )
    ACCOUNT.mail(
        "own-mail-deletion-flagged",
        WEDNESDAY,
        A,
        "e-KOBE利用申請",
        "申請区分：削除\n所属：環境保全課\n氏名：中村 淳\n申請人数：1\n",
        by=BY,
        fields={**KANKYO, "head_count": 1},
        flags=[("FR-18", "kind", "deletion has no flow")],
        state="none",
        authority={**STRONG, **SECTION},
    )


def write_trials() -> None:
    """By mail, in words, by phone; a change; a trial that has ended by then."""
    TRIAL.mail(
        "own-mail-labels-clean",
        WEDNESDAY,
        A,
        "e-KOBEお試し用の仮申請",
        "申請区分：仮申請\n所属：環境保全課\n氏名：中村 淳\nアカウント数：2\n"
        "試行目的：補助金申請フォームの試作\n",
        by=BY,
        fields={**NEW, "account_count": 2, "trial_purpose": "補助金申請フォームの試作"},
        authority={**STRONG, **SECTION},
    )
    TRIAL.mail(
        "own-mail-sentence-clean",
        WEDNESDAY,
        A,
        "e-KOBEのお試しアカウントのお願い",
        "環境保全課の中村です。\ne-KOBEのお試しアカウントを2個、新規にお願いします。\n"
        "目的は補助金申請フォームの試作です。\n",
        by=BY,
        fields={**NEW, "account_count": 2, "trial_purpose": "補助金申請フォームの試作"},
        authority={**STRONG, **SECTION},
    )
    TRIAL.note(
        "own-note-clean",
        WEDNESDAY,
        {
            "サービス": "e-KOBEお試し用の仮申請",
            "申請区分": "仮申請",
            "所属": "環境保全課",
            "氏名": "中村 淳",
            "内線": "4567",
        },
        "call-back",
        by=BY,
        fields={
            "kind": "create",
            "department": "環境保全課",
            "requester_name": "中村 淳",
            "requester_phone": "4567",
            "account_count": 1,
        },
        authority={**CALLED, **SECTION},
    )
    changed = {
        "申請区分": "変更",
        "所属": "教育企画課",
        "申請者氏名": "森 さくら",
        "メールアドレス": KYOIKU["requester_email"],
        "お試し内容": "",
        "変更内容": "表示名を「教育企画課（研修）」に変更",
    }
    change = {"kind": "change", **KYOIKU, "account_count": 1, "change_detail": changed["変更内容"]}
    TRIAL.record(
        "own-change-clean",
        WEDNESDAY,
        "trial",
        typed={**changed, "お試しアカウントID": "Ｔ００４５"},
        by=BY,
        fields={**change, "existing_trial_id": "T0045"},
        authority={**TYPED, **SECTION},
    )
    TRIAL.record(
        "own-change-unknown-id-flagged",
        WEDNESDAY,
        "trial",
        typed={**changed, "お試しアカウントID": "T0999"},
        by=BY,
        fields={**change, "existing_trial_id": "T0999"},
        flags=[("FR-10", "existing_trial_id", "not in the ledger")],
        authority={**TYPED, **SECTION},
    )
    again = {
        "所属": "教育企画課",
        "申請者氏名": "森 さくら",
        "メールアドレス": KYOIKU["requester_email"],
        "お試し内容": "講座申込フォームの試作",
    }
    TRIAL.record(
        "own-after-the-fiscal-year-clean",
        "2027-04-05T10:00:00",
        "trial",
        typed=again,
        by="2027-04-07",
        fields={"kind": "create", **KYOIKU, "account_count": 1, "trial_purpose": again["お試し内容"]},
        authority={**TYPED, **SECTION},
        notes="T0045 ended on 2027-03-31",
    )
    TRIAL.record(
        "own-too-many-flagged",
        WEDNESDAY,
        "trial",
        typed={"アカウント数": "11"},
        by=BY,
        fields={
            "kind": "create",
            "department": "福祉総務課",
            "requester_name": "鈴木 健一",
            "requester_email": "suzuki-k@city.example.lg.jp",
            "account_count": 11,
            "trial_purpose": "給付金申請フォームの試作",
        },
        flags=[("FR-15", "account_count", "at most 10")],
        authority={**TYPED, **SECTION},
    )


if __name__ == "__main__":
    write_accounts()
    write_trials()
