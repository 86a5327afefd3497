"""Writes our own samples of lte-handover again; run `python -m tests.samples.make_own`.

What is expected is written down here by hand, from the catalogue, never taken from
what comes out. People, addresses and units are those of `kobe/context.json`.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from email.header import Header
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "kobe" / "lte-handover"
DOMAIN = "city.example.lg.jp"
PEOPLE = {
    "小林 誠": ("kobayashi-m", "道路計画課"),
    "山田 太郎": ("yamada-t", "道路計画課"),
    "髙橋 徹": ("takahashi-t", "道路計画課"),
    "田中 花子": ("tanaka-h", "市民協働課"),
    "鈴木 健一": ("suzuki-k", "福祉総務課"),
}
STRONG = {"path": "mail-proven", "identity": "one-person", "evidence": "strong", "risk": "R1"}
SECTION = {**STRONG, "target": "section", "need": []}
OTHER = {**STRONG, "target": "other", "need": ["operator"]}
NOBODY = {**STRONG, "target": None, "risk": None, "need": ["review"]}
OUT, BACK = {"6", "7"}, {"8", "9"}
PENDING = {
    "5": "agreed",
    "6": "hand_over_date",
    "7": "hand_over_date",
    "8": "return_date",
    "9": "return_date",
    "10": "handed_over",
}


def due(contact: str, *kind: str) -> dict[str, str]:
    """Contact by that day; everything after it waits for its event."""
    left_out = {"out": BACK, "back": OUT, "both": set()}[kind[0]] if kind else set()
    steps = {step: f"pending: {event}" for step, event in PENDING.items() if step not in left_out}
    return {"3": contact, **steps}


def mail(name: str, at: str, sender: str, subject: str, text: str, **more: Any) -> None:
    """A mail that the border took over at `at` (Japan time), with a proven path."""
    moment = datetime.fromisoformat(f"{at}+09:00")
    address = f"{PEOPLE[sender][0]}@{DOMAIN}"
    stamp = moment.strftime("%a, %d %b %Y %H:%M:%S +0900")
    charset, subtype = more.pop("charset", "utf-8"), more.pop("subtype", "plain")
    body = base64.encodebytes(text.encode(charset)).decode().strip()
    headers = [
        f"Received: from relay.{DOMAIN} (relay.{DOMAIN} [192.0.2.25])\n"
        f" by mx.{DOMAIN} with ESMTPS id {name};\n {stamp}",
        f"Authentication-Results: mx.{DOMAIN};\n spf=pass smtp.mailfrom={DOMAIN};\n"
        f" dkim=pass header.d={DOMAIN};\n dmarc=pass header.from={DOMAIN}",
        f"Date: {stamp}",
        f"From: {Header(sender, 'utf-8').encode()} <{address}>",
        f"To: it-helpdesk@{DOMAIN}",
        f"Subject: {Header(subject, 'utf-8').encode()}",
        f"Message-ID: <{name}@mail.{DOMAIN}>",
        "MIME-Version: 1.0",
        f'Content-Type: text/{subtype}; charset="{charset}"',
        "Content-Transfer-Encoding: base64",
        *more.pop("headers", ()),
    ]
    raw = "\n".join(headers) + f"\n\n{body}\n"
    (FOLDER / f"{name}.eml").write_bytes(raw.replace("\n", "\r\n").encode("ascii"))
    expect(name, moment, {"requester_name": sender, "requester_email": address, **more.pop("fields")}, **more)


def note(
    name: str, called_at: str, values: dict[str, str], check: dict[str, str] | None, **more: Any
) -> None:
    """A call that an operator typed five minutes later."""
    moment = datetime.fromisoformat(f"{called_at}+09:00")
    typed = (moment + timedelta(minutes=5)).isoformat()
    form = {
        "form_id": "operator-entry",
        "submission_id": f"operator-entry-{name}",
        "submitted_at": typed,
        "submitter": None,
        "entered_by": "operator01",
        "called_at": moment.isoformat(),
        "identity_check": check,
        "values": values,
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(form, ensure_ascii=False, indent=2) + "\n", "utf-8")
    expect(name, moment, more.pop("fields"), **more)


def expect(name: str, at: datetime, fields: dict[str, Any], **more: Any) -> None:
    """The `.expected.json` beside it, in the catalogue's form."""
    flags = [{"rule": rule, "field": field, "why": why} for rule, field, why in more.get("flags", ())]
    expected = {
        "sample": name,
        "catalogue": "own",
        "service": more.get("service", "lte-handover"),
        "applied_at": at.isoformat(),
        "received_at": (at + timedelta(minutes=6)).isoformat(),
        "fields": {field: value for field, value in fields.items() if value is not None},
        "flagged": bool(flags),
        "flags": flags,
        "authority": more.get("authority", SECTION),
        "due": more.get("due", {}),
        "plan_state": more.get("state", "held" if flags else "ready"),
        **{key: more[key] for key in ("action", "offered", "notes") if key in more},
    }
    path = FOLDER / f"{name}.expected.json"
    path.write_text(json.dumps(expected, ensure_ascii=False, indent=2) + "\n", "utf-8")


def labelled(**values: str) -> str:
    """`label：value` lines."""
    return "".join(f"{label}：{value}\n" for label, value in values.items())


def write_clean() -> None:
    """Readable without a doubt, in many ways of writing."""
    mail(
        "own-html-table-clean",
        "2026-12-08T11:00:00",
        "山田 太郎",
        "LTE接続端子の返却について",
        "<html><body><p>お世話になっております。</p><table>"
        "<tr><th>申請区分</th><td>返却</td></tr><tr><th>所属</th><td>道路計画課</td></tr>"
        "<tr><th>氏名</th><td>山田 太郎</td></tr><tr><th>管理番号</th><td>LTE-0018</td></tr>"
        "<tr><th>返却希望日</th><td>2026/12/16</td></tr></table></body></html>",
        subtype="html",
        fields={
            "kind": "return",
            "department": "道路計画課",
            "current_asset_no": "LTE-0018",
            "quantity": 1,
            "desired_date": "2026-12-16",
        },
        due=due("2026-12-09", "back"),
    )
    mail(
        "own-half-width-kana-clean",
        "2026-12-09T09:10:00",
        "鈴木 健一",
        "ＬＴＥ接続端子",
        "■申請区分:配布\n■所属:福祉局総務課\n■氏名:鈴木 健一\n■内線:２３１１\n"
        "■ﾒｰﾙｱﾄﾞﾚｽ:suzuki-k@city.example.lg.jp\n■ｺﾒﾝﾄ:ｹｰﾌﾞﾙも必要です\n■受取希望日:令和8年12月17日(木)\n",
        fields={
            "kind": "distribution",
            "department": "福祉総務課",
            "requester_phone": "2311",
            "quantity": 1,
            "desired_date": "2026-12-17",
            "remarks": "ｹｰﾌﾞﾙも必要です",
        },
        due=due("2026-12-10", "out"),
        notes="an alias of the section; labels in half-width kana; the words of a remark stay as written",
    )
    mail(
        "own-sentence-return-clean",
        "2026-12-08T13:05:00",
        "小林 誠",
        "LTE接続端子",
        "お世話になっております。\nＬＴＥー００１７を返却します。\n12月16日（水）に持参します。\n\n"
        "道路計画課　小林（内線3456）\n",
        fields={
            "kind": "return",
            "department": "道路計画課",
            "requester_phone": "3456",
            "current_asset_no": "LTE-0017",
            "quantity": 1,
            "desired_date": "2026-12-16",
        },
        due=due("2026-12-09", "back"),
        notes="sentences only; the section comes from the directory",
    )
    mail(
        "own-no-date-clean",
        "2026-12-10T15:00:00",
        "鈴木 健一",
        "LTE接続端子の配布をお願いします",
        labelled(申請区分="新規", 所属="福祉総務課", 氏名="鈴木 健一", 備考="なし"),
        fields={"kind": "distribution", "department": "福祉総務課", "quantity": 1},
        due=due("2026-12-11", "out"),
        offered=["2026-12-14", "2026-12-15", "2026-12-16", "2026-12-17", "2026-12-18"],
        notes="the contact offers the next five possible days, the first two business days ahead",
    )
    mail(
        "own-next-line-clean",
        "2026-12-08T10:00:00",
        "髙橋 徹",
        "LTE接続端子の故障交換",
        "① 申請区分\n故障交換\n② 所属　道路計画課　氏名：髙橋 徹\n③【管理番号】LTE0012\n"
        "④ 症状：電源が入らない\n　　充電しても変わらない\n⑤ 受渡希望日\n　12/15\n",
        fields={
            "kind": "failure_exchange",
            "department": "道路計画課",
            "current_asset_no": "LTE-0012",
            "quantity": 1,
            "failure_detail": "電源が入らない\n　　充電しても変わらない",
            "desired_date": "2026-12-15",
        },
        due=due("2026-12-09", "both"),
        notes="values on the next line, two pairs in one line, a number without hyphen, an indented line",
    )
    note(
        "own-note-attested-clean",
        "2026-12-07T10:02:00",
        {
            "サービス": "LTE接続端子",
            "申請区分": "返却",
            "所属": "道路計画",
            "氏名": "小林 誠",
            "端子番号": "LTE-0017",
            "返却希望日": "12/14",
        },
        {"how": "call_back", "by": "operator01"},
        fields={
            "kind": "return",
            "department": "道路計画課",
            "requester_name": "小林 誠",
            "requester_email": "kobayashi-m@city.example.lg.jp",
            "current_asset_no": "LTE-0017",
            "quantity": 1,
            "desired_date": "2026-12-14",
        },
        authority={**SECTION, "path": "operator-note", "identity": "attested"},
        due=due("2026-12-08", "back"),
        notes="called back to the directory's number: name and section name one person",
    )


def write_flagged_dates() -> None:
    """A date that cannot be kept, or that contradicts itself."""
    common = labelled(申請区分="配布", 所属="福祉総務課", 氏名="鈴木 健一")
    fields = {"kind": "distribution", "department": "福祉総務課", "quantity": 1}
    november = [f"2026-11-{day}" for day in (19, 20, 24, 25, 26)]
    december = [f"2026-12-{day}" for day in (10, 11, 14, 15, 16)]
    for name, at, words, day, why, contact, offered in (
        ("closed-day", "2026-11-17T09:00:00", "11月23日", "2026-11-23", "a holiday", "2026-11-18", november),
        ("past-date", "2026-12-08T09:00:00", "12月1日", "2026-12-01", "past", "2026-12-09", december),
        ("weekday", "2026-12-08T09:00:00", "12月15日（月）", "2026-12-15", "a Tuesday", "2026-12-09", []),
    ):
        mail(
            f"own-{name}-flagged",
            at,
            "鈴木 健一",
            "LTE接続端子の配布",
            f"{common}受取希望日：{words}\n",
            fields={**fields, "desired_date": day},
            flags=[("FR-09", "desired_date", why)],
            due=due(contact, "out"),
            **({"offered": offered} if offered else {}),
        )


def write_flagged_values() -> None:
    """Values that are missing, wrong, or too many."""
    at, out = "2026-12-08T09:00:00", due("2026-12-09", "out")
    common = labelled(申請区分="配布", 所属="福祉総務課", 氏名="鈴木 健一")
    fields = {"kind": "distribution", "department": "福祉総務課"}
    for name, count, flag, state in (
        ("quantity-25", 25, ("FR-15", "quantity", "20 at most"), "none"),
        ("no-stock", 3, ("LT-1", "quantity", "2 in stock"), "held"),
    ):
        mail(
            f"own-{name}-flagged",
            at,
            "鈴木 健一",
            "LTE接続端子の配布",
            f"{common}本数：{count}本\n",
            fields={**fields, "quantity": count},
            flags=[flag],
            due=out,
            state=state,
        )
    mail(
        "own-wrong-department-flagged",
        at,
        "小林 誠",
        "LTE接続端子の配布",
        labelled(申請区分="配布", 所属="道路企画課", 氏名="小林 誠"),
        fields={"kind": "distribution", "department": "道路企画課", "quantity": 1},
        flags=[("FR-03", "department", "no such section")],
        authority=OTHER,
        due=out,
        notes="an unknown section is not the requester's own",
    )
    mail(
        "own-two-kinds-flagged",
        at,
        "小林 誠",
        "LTE接続端子について",
        "LTE-0017を返却し、あわせて新規に1本の配布をお願いします。\n",
        fields={"kind": "return", "department": "道路計画課", "current_asset_no": "LTE-0017", "quantity": 1},
        flags=[("FR-02", "kind", "two kinds at once")],
        due=due("2026-12-09", "back"),
        notes="an operator splits it",
    )
    mail(
        "own-not-covered-flagged",
        at,
        "小林 誠",
        "LTE接続端子の件",
        labelled(申請区分="解約", 所属="道路計画課", 氏名="小林 誠", 管理番号="LTE-0017"),
        fields={"department": "道路計画課", "current_asset_no": "LTE-0017", "quantity": 1},
        flags=[("FR-18", "kind", "no flow for it")],
        due=due("2026-12-09"),
        state="none",
    )


def write_flagged_units() -> None:
    """Units that are unknown, somebody else's, in another state, or lost."""
    at, back = "2026-12-08T09:00:00", due("2026-12-09", "back")
    returned = {"kind": "return", "quantity": 1}
    mail(
        "own-unknown-asset-flagged",
        at,
        "小林 誠",
        "LTE接続端子の返却",
        labelled(申請区分="返却", 所属="道路計画課", 管理番号="LTE-0099"),
        fields={**returned, "department": "道路計画課", "current_asset_no": "LTE-0099"},
        flags=[("FR-10", "current_asset_no", "not in the ledger")],
        authority=OTHER,
        due=back,
        notes="what is not known is not the requester's own",
    )
    mail(
        "own-other-section-flagged",
        at,
        "田中 花子",
        "LTE接続端子の返却",
        labelled(申請区分="返却", 所属="市民協働課", 管理番号="LTE-0012"),
        fields={**returned, "department": "市民協働課", "current_asset_no": "LTE-0012"},
        flags=[("LT-2", "current_asset_no", "booked to 道路計画課")],
        authority=OTHER,
        due=back,
    )
    mail(
        "own-in-stock-flagged",
        at,
        "小林 誠",
        "LTE接続端子の返却",
        labelled(申請区分="返却", 所属="道路計画課", 管理番号="LTE-0050"),
        fields={**returned, "department": "道路計画課", "current_asset_no": "LTE-0050"},
        flags=[("FR-10", "current_asset_no", "it is in stock")],
        authority=OTHER,
        due=back,
    )
    mail(
        "own-theft-flagged",
        at,
        "小林 誠",
        "LTE接続端子の交換",
        "LTE-0017の交換をお願いします。\n出張先で盗難にあい、つながらない状態です。\n",
        fields={
            "kind": "failure_exchange",
            "department": "道路計画課",
            "current_asset_no": "LTE-0017",
            "quantity": 1,
            "failure_detail": "出張先で盗難にあい、つながらない状態です",
        },
        flags=[("LT-3", "failure_detail", "stop the line and report")],
        due=due("2026-12-09", "both"),
        state="none",
    )
    write_flagged_loss(at)


def write_flagged_loss(at: str) -> None:
    """Loss and theft: what a message says raises the question and never answers it."""
    unit = {"department": "道路計画課", "current_asset_no": "LTE-0012", "quantity": 1}
    why = "stop the line and report"
    mail(
        "own-lost-flagged",
        at,
        "髙橋 徹",
        "LTE接続端子の紛失について",
        "LTE-0012を紛失しました。必要な手続きをお願いします。\n",
        fields=unit,
        flags=[("FR-01", "kind", "nothing is to change hands"), ("LT-3", None, why)],
        authority=SECTION,
        due=due("2026-12-09"),
        state="none",
    )
    mail(
        "own-loss-decided-by-mail-flagged",
        at,
        "髙橋 徹",
        "LTE接続端子の返却",
        labelled(申請区分="返却", 管理番号="LTE-0012") + "紛失・盗難の判断：紛失・盗難ではない\n",
        fields={"kind": "return", **unit},
        flags=[("LT-3", None, "only an operator decides")],
        due=due("2026-12-09", "back"),
        state="none",
    )
    note(
        "own-stolen-call-flagged",
        at,
        {
            "サービス": "lte-handover",
            "所属": "道路計画課",
            "氏名": "髙橋 徹",
            "内線": "2345",
            "メールアドレス": "takahashi-t@city.example.lg.jp",
            "LTE接続端子管理番号": "LTE-0012",
            "紛失・盗難の判断": "盗難",
            "備考": "車上荒らしに遭い、盗まれた",
        },
        None,
        fields={
            **unit,
            "requester_name": "髙橋 徹",
            "requester_email": "takahashi-t@city.example.lg.jp",
            "requester_phone": "2345",
            "remarks": "車上荒らしに遭い、盗まれた",
        },
        flags=[("FR-01", "kind", "nothing is to change hands"), ("LT-3", "remarks", why)],
        authority={
            "path": "operator-note",
            "identity": "typed-one-person",
            "evidence": "weak",
            "risk": "R1",
            "target": "section",
            "need": ["review"],
        },
        due=due("2026-12-09"),
        state="none",
    )


def write_flagged_wording() -> None:
    """Conditions, cancellations, other people, questions, things done already."""
    at = "2026-12-08T09:00:00"
    unit = {"department": "道路計画課", "current_asset_no": "LTE-0017", "quantity": 1}
    asked = labelled(申請区分="返却", 所属="道路計画課", 管理番号="LTE-0017")
    for name, text, field, more in (
        (
            "provided-that",
            f"{asked}備考：ただし、次の端子が届いてからにしてください\n",
            "remarks",
            "ただし、次の端子が届いてからにしてください",
        ),
        ("cancelled", f"{asked}\n先日お願いした返却は取り消します。\n", None, None),
    ):
        mail(
            f"own-{name}-flagged",
            at,
            "小林 誠",
            "LTE接続端子の返却",
            text,
            fields={"kind": "return", **unit, **({"remarks": more} if more else {})},
            flags=[("FR-14", field, "words that change what was asked")],
            due=due("2026-12-09", "back"),
        )
    mail(
        "own-from-of-another-flagged",
        at,
        "山田 太郎",
        "LTE接続端子の返却",
        f"{asked}氏名：小林 誠\nメール：kobayashi-m@city.example.lg.jp\n",
        fields={
            "kind": "return",
            **unit,
            "requester_name": "小林 誠",
            "requester_email": "kobayashi-m@city.example.lg.jp",
        },
        flags=[("FR-05", "from", "written by another person")],
        due=due("2026-12-09", "back"),
        notes="authority is that of the sender, who is of the same section",
    )
    mail(
        "own-reply-to-another",
        at,
        "小林 誠",
        "LTE接続端子の返却",
        asked,
        headers=("Reply-To: yamada-t@city.example.lg.jp",),
        fields={"kind": "return", **unit, "requester_name": None},
        flags=[("FR-01", "requester_name", "nobody is recognised")],
        authority={
            **SECTION,
            "identity": "unknown",
            "evidence": "weak",
            "target": "other",
            "need": ["review"],
        },
        due=due("2026-12-09", "back"),
        state="none",
        notes="Reply-To to another person: weak, and nothing is taken from the directory",
    )
    mail(
        "own-returned-already-flagged",
        at,
        "小林 誠",
        "LTE接続端子",
        "昨日、LTE-0017を返却しました。ありがとうございました。\n",
        fields=unit,
        flags=[("FR-01", "kind", "nothing is asked for")],
        due=due("2026-12-09"),
        state="none",
    )
    mail(
        "own-hint-only-flagged",
        at,
        "田中 花子",
        "タブレットの回線",
        "iPadのLTEがつながりません。確認をお願いします。\n",
        service=None,
        fields={},
        flags=[("FR-08", None, "the words fit another thing too")],
        authority=NOBODY,
        state="none",
    )
    mail(
        "own-inquiry",
        at,
        "田中 花子",
        "LTE接続端子の返却方法について",
        "LTE接続端子の返却方法を教えてください。どこに持って行けばよいですか。\n",
        service=None,
        fields={},
        authority=NOBODY,
        state="none",
        action="open-inquiry",
    )


if __name__ == "__main__":
    write_clean()
    write_flagged_dates()
    write_flagged_values()
    write_flagged_units()
    write_flagged_wording()
