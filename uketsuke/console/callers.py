"""Who calls: people for what an operator types while the phone rings (UX AP-82)."""

from __future__ import annotations

from datetime import date

from uketsuke.domain.people import Person
from uketsuke.store.transaction import Transaction


def people_named(tx: Transaction, who: str) -> list[Person]:
    """By number, name, kana or extension; else everybody of the section that is named."""
    if not who:
        return []
    found = tx.people.search(who)
    if found:
        return found
    sections = tx.departments.matching(who)
    return [person for section in sections for person in tx.people.of_department(section.name)]


def people_nearly_named(tx: Transaction, who: str, on: date) -> list[Person]:
    """Whose name it nearly is: offered, never chosen by itself."""
    one = tx.people.like(who, on) if who else None
    return [one] if one else []
