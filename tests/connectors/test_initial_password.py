"""The password of a reset: the same for the same effect, and one that directories take."""

from __future__ import annotations

import re

from uketsuke.connectors.initial_password import initial_password

SHAPE = re.compile(r"[BCDFGHJKMNPQRTVWX][bcdfghjkmnpqrtvwx]{2}[34679](-[bcdfghjkmnpqrtvwx]{3}[34679]){3}")


def test_the_same_effect_has_the_same_password_and_another_has_another() -> None:
    made = {initial_password(b"secret", f"{plan}-{step}") for plan in range(100) for step in range(10)}
    assert len(made) == 1000
    assert initial_password(b"secret", "7-1") == initial_password(b"secret", "7-1")
    assert initial_password(b"secret", "7-1") != initial_password(b"other", "7-1")


def test_it_has_all_four_kinds_of_characters_and_none_that_is_misread() -> None:
    for number in range(1000):
        assert SHAPE.fullmatch(initial_password(b"secret", str(number)))
