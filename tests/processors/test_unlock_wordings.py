"""Mails that ask for an unlock, as people write them: plain ones are clean, every other one is looked at."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

import pytest

from tests.desk import mail
from tests.sample_files import SAMPLES, catalogue, context, world_on
from uketsuke.domain.authority import Need
from uketsuke.domain.content import Channel, Kind
from uketsuke.intake.channels import read
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment, PlanState

MAILS = tomllib.loads((SAMPLES / "wordings" / "unlocks.toml").read_text("utf-8"))["mail"]
DAYS = {"kobe": "2026-12-16T10:00:00+09:00", "ashiya": "2027-02-09T10:00:00+09:00"}
CLEAN, DOUBTFUL = ([one for one in MAILS if ("why" in one) is doubt] for doubt in (False, True))


def each(found: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("one", found, ids=[one["name"] for one in found])


def judged(one: dict[str, Any]) -> Assessment:
    city, at = one["city"], datetime.fromisoformat(DAYS[one["city"]])
    domain = context(city)["staff_domains"][0]
    raw = mail(one["text"], subject=one["subject"], sender=f"{one['from']}@{domain}", day=at)
    raw = raw.replace(b"city.example.lg.jp", domain.encode())
    return assess(read(raw, Channel.MAIL), at, world_on(at, city), catalogue(city))


@each(MAILS)
def test_no_unlock_runs_without_the_owners_word(one: dict[str, Any]) -> None:
    need = judged(one).authority.need
    assert Need.REVIEW in need or {Need.CONFIRM, Need.OPERATOR} <= set(need)


@each(MAILS)
def test_the_values_are_read_as_a_clerk_reads_them(one: dict[str, Any]) -> None:
    assert {**judged(one).values, **one["values"]} == judged(one).values


@each(CLEAN)
def test_a_plain_request_is_not_doubted(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert (assessment.concerns, assessment.plan_state) == ((), PlanState.READY)


@each(DOUBTFUL)
def test_what_a_clerk_would_stop_at_is_looked_at(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert assessment.flagged or assessment.kind is Kind.INQUIRY, one["why"]
