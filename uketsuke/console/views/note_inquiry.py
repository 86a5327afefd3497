"""The part of 新規受付 for a question: what was asked, and what was done about it at once (AP-86)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InquiryPart:
    """What stands in the part."""

    question: str
    what: str
    """What it was filled in from; typed over, it stays as it was typed."""
    category: str
    categories: tuple[tuple[str, str], ...]
    act: str
    acts: tuple[tuple[str, str], ...]
    answer: str
    number: str
    known_number: str
    """The directory's, which the number was filled in from."""
    at: str
    to: str
    handed: str
