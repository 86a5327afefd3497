"""What a name nearly is: for asking 「…のことでしょうか」, never for taking it as that.

Names that are equal under `text.person_key` are found without this. What is left is a slip
of the pen: one character wrong, missing or too many. The measure is the optimal string
alignment similarity; the numbers were measured on invented names (`tests/store/test_likeness.py`
prints them): so far no slip of 400 led to somebody else, and of 300 people most were found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from uketsuke.domain.text import person_key

LEAST = 0.65
"""How like it must be, 1 being the same."""
MARGIN = 0.10
"""How much more like it than anything else."""


def nearest(written: str, known: Mapping[str, Iterable[str]]) -> str | None:
    """The id whose spelling stands out as like the written one; None where none or several do."""
    spelt = [(one, person_key(word)) for one, words in known.items() for word in words if word]
    scores: dict[str, float] = {}
    wanted = person_key(written)
    keys = [key for _, key in spelt]
    for _, score, index in extract(wanted, keys, scorer=OSA.normalized_similarity, limit=None):
        one = spelt[index][0]
        scores[one] = max(score, scores.get(one, 0.0))
    best = sorted(scores.items(), key=lambda found: -found[1])[:2]
    if not best or best[0][1] < LEAST or (len(best) > 1 and best[0][1] - best[1][1] < MARGIN):
        return None
    return best[0][0]
