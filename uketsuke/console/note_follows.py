"""What follows when a note is accepted, by the rules that will judge it then (UX 5.11)."""

from __future__ import annotations

from dataclasses import dataclass

from uketsuke.console.letter_preview import preview_with
from uketsuke.console.onspot_part import OnSpot
from uketsuke.console.site import Site
from uketsuke.console.views.naming import Naming
from uketsuke.console.views.note import Follows
from uketsuke.console.views.plan import Planned, plan_view
from uketsuke.domain.wording import letter_until
from uketsuke.intake.note import Note
from uketsuke.processors.assessment import Assessment


@dataclass(frozen=True)
class Judged:
    """The note as the rules see it now, with what is done already."""

    note: Note
    assessment: Assessment
    on_spot: OnSpot | None = None


def follows(site: Site, judged: Judged, naming: Naming) -> Follows:
    """Due date, condition, letters, plan and the sentence to read out."""
    words, assessment = naming.words, judged.assessment
    done = judged.on_spot.verdict.steps if judged.on_spot else ()
    steps = done or assessment.steps or ()
    need = next(iter(assessment.authority.need), None)
    dues = sorted(due.at for due in (*assessment.dues.values(), *assessment.deadlines.values()) if due.at)
    due = words("note.due-met") if done else naming.at(dues[0]) if dues else words("note.no-due")
    say = words("note.say", until=letter_until(dues[0])) if dues else words("note.say-open")
    concerns = tuple(naming.concern(one, assessment.service) for one in assessment.concerns)
    subject = assessment.subject
    to = subject.to if subject and subject.to else words("note.no-recipient")
    planned = Planned(steps, {}, {}, False, preview_with(site.app, "", naming))
    return Follows(
        due=due,
        need=words(f"authority.need.{need.value if need else 'none'}"),
        letters_to=to,
        plan=plan_view(planned, naming)
        if assessment.steps and not any(c.hard for c in assessment.concerns)
        else None,
        reasons=concerns,
        say=words("note.say-done") if done else say,
    )
