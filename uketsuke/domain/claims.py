"""What a file that looks like a note or form of ours says of itself, and nobody signed in for (FAULTS 3).

That somebody was checked, that something is done, who wrote it down: our own console knows these. In
a file that came another way they are claims, and whoever can write a file could make them.
"""

from __future__ import annotations

from uketsuke.domain.content import Content, Problem
from uketsuke.domain.inquiry import TAKEN, taken_of

CLAIMS = "claims-of-a-file"
"""Code of the problem that says that claims were taken out."""


def without_claims(content: Content) -> Content:
    """The content with those claims taken out, which a problem says; the question asked stays, as text."""
    told = (
        content.identity_check,
        content.done,
        content.entered_by,
        content.signed_in,
        content.signed_by,
        content.extra.get(TAKEN),
    )
    if not any(told):
        return content
    asked = taken_of(content)
    question = [asked.question] if asked else []
    return content.model_copy(
        update={
            "identity_check": None,
            "done": None,
            "entered_by": None,
            "signed_in": None,
            "signed_by": None,
            "text": "\n".join(filter(None, [content.text, *question])),
            "full_text": "\n".join(filter(None, [content.full_text, *question])),
            "extra": {name: value for name, value in content.extra.items() if name != TAKEN},
            "problems": (*content.problems, Problem(code=CLAIMS)),
        }
    )
