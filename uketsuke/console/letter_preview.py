"""Letters as they would read: for the plan before it runs, and for a decision before it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from uketsuke.app import App
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.plan import LetterPreview, RenderLetter
from uketsuke.domain.plan import Results, SendMail, is_pending, resolve
from uketsuke.queue.correspondence import standing_facts
from uketsuke.templates.letters import BrokenTemplate


def preview_with(app: App, number: str, naming: Naming) -> RenderLetter:
    """What renders the planned letters of a request."""

    def render(step: SendMail, results: Results) -> LetterPreview:
        later = naming.words("plan.later")
        facts = {
            name: later if is_pending(value, results) else resolve(value, results)
            for name, value in step.facts.items()
        }
        cc = "、".join(step.cc)
        try:
            letter = app.letters.render(
                step.template, {**standing_facts(app, number), **facts, "recipient": step.recipient}
            )
        except (BrokenTemplate, ValueError):
            # A day that is not agreed yet cannot be written as a day.
            block = step.template.rpartition(".")[2]
            name = naming.words.get(f"letter-name.{block}", block)
            return LetterPreview(step.to, cc, name, naming.words("plan.letter-later"))
        return LetterPreview(step.to, cc, letter.subject, letter.body)

    return render


def preview_letter(app: App, number: str, template: str, to: str, facts: Mapping[str, Any]) -> LetterPreview:
    """A letter of a decision, exactly as it would be sent."""
    letter = app.letters.render(template, {**standing_facts(app, number), **facts})
    return LetterPreview(to, "", letter.subject, letter.body)
