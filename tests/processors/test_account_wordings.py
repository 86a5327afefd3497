"""Mails that apply for e-KOBE accounts, as people write them: plain ones are clean, others are looked at."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

import pytest

from tests.desk import mail
from tests.sample_files import SAMPLES, catalogue, world_on
from uketsuke.domain.authority import Need
from uketsuke.domain.content import Channel, Kind
from uketsuke.intake.channels import read
from uketsuke.processors.assess import assess
from uketsuke.processors.assessment import Assessment, PlanState

MAILS = tomllib.loads((SAMPLES / "wordings" / "accounts.toml").read_text("utf-8"))["mail"]
AT = datetime.fromisoformat("2026-12-09T10:00:00+09:00")
CLEAN, DOUBTFUL = ([one for one in MAILS if ("why" in one) is doubt] for doubt in (False, True))


def each(found: list[dict[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("one", found, ids=[one["name"] for one in found])


def judged(one: dict[str, Any]) -> Assessment:
    sender = f"{one['from']}@city.example.lg.jp"
    raw = mail(one["text"], subject=one["subject"], sender=sender, day=AT)
    return assess(read(raw, Channel.MAIL), AT, world_on(AT), catalogue())


@each(MAILS)
def test_the_service_and_its_values_are_read_as_a_clerk_reads_them(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert assessment.service == one["service"] or assessment.kind is Kind.INQUIRY
    assert {**assessment.values, **one["values"]} == assessment.values


@each(MAILS)
def test_no_account_is_made_without_an_operator(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert assessment.authority.need or assessment.kind is Kind.INQUIRY
    assert Need.OPERATOR in assessment.authority.need or Need.REVIEW in assessment.authority.need


@each(CLEAN)
def test_a_plain_application_is_not_doubted(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert (assessment.concerns, assessment.plan_state) == ((), PlanState.READY)


@each(DOUBTFUL)
def test_what_a_clerk_would_stop_at_is_looked_at(one: dict[str, Any]) -> None:
    assessment = judged(one)
    assert assessment.flagged or assessment.kind is Kind.INQUIRY, one["why"]
