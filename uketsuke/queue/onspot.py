"""その場で完了: what an operator had done while somebody called runs as theirs, or waits in sight (UX AP-85).

The press is the operator's decision to run: it carries the same conditions, leaves the
same entries, and is one transaction with the reading of the note.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from uketsuke.app import Actor, App
from uketsuke.domain.authority import Need, SecondPerson
from uketsuke.domain.content import Content, Deed
from uketsuke.domain.plan import Step
from uketsuke.domain.reading import Concern
from uketsuke.domain.states import Decision, RequestState, follow
from uketsuke.domain.world import World
from uketsuke.errors import NotAllowed
from uketsuke.processors.assessment import Assessment
from uketsuke.processors.deeds import UNSETTLED, Fault, carried_out, faults_in, may_record
from uketsuke.queue.progress import refresh_due, release, state_change, store_plan
from uketsuke.store.requests import RequestRow
from uketsuke.store.transaction import Transaction


@dataclass(frozen=True)
class Verdict:
    """Whether a note can be carried through at once, and what is missing for it."""

    steps: tuple[Step, ...] = ()
    """The plan of what is done; empty where something is missing."""
    concerns: tuple[Concern, ...] = ()
    faults: tuple[Fault, ...] = ()
    lacks: str = ""
    """`plan`, `identity`, `authority`, `second-person` or `others`."""


def judge(content: Content, assessment: Assessment, world: World) -> Verdict:
    """Judge a note with a deed as the worker will; the page asks the same before it is accepted."""
    concerns = tuple(one for one in assessment.concerns if one.key != UNSETTLED.key)
    steps, deed = assessment.steps or (), content.done
    faults = faults_in(deed, steps, world) if deed and steps else ()
    lacks = _lacks(content, assessment, steps)
    if deed is None or concerns or faults or lacks:
        return Verdict(concerns=concerns, faults=faults, lacks=lacks)
    return Verdict(carried_out(steps, deed))


def _lacks(content: Content, assessment: Assessment, steps: tuple[Step, ...]) -> str:
    """What stands in the way beside the data: nothing of the authority table is passed over (FAULTS 3)."""
    if not steps or assessment.request is None:
        return "plan"
    need = assessment.authority.need
    if content.identity_check is None and (Need.REVIEW in need or Need.CONFIRM in need):
        return "identity"
    if Need.REVIEW in need:
        return "authority"
    # A second person agrees to a plan, or looks at it afterwards; one press by one person is neither.
    if assessment.authority.second_person not in (None, SecondPerson.NONE):
        return "second-person"
    return "" if may_record(steps) else "others"


def carry_through(
    app: App, tx: Transaction, request: RequestRow, content: Content, assessment: Assessment
) -> bool:
    """Run what is done as the operator who did it; False, and nothing changed, where it must be looked at."""
    deed = content.done
    verdict = judge(content, assessment, app.world(tx))
    if deed is None or not verdict.steps or not _may(deed, request):
        return False
    actor = Actor(deed.by, deed.role)
    plan_id = store_plan(app, tx, request, verdict.steps, actor)
    tx.requests.update(request.id, request.version, state=RequestState.RUNNING, plan_id=plan_id)
    tx.audit.note(
        request,
        actor.login,
        "run",
        receipt_id=request.receipt_id,
        facts={
            "hash": tx.plans.get(plan_id).hash,
            "on_the_spot": True,
            **state_change(request.state, RequestState.RUNNING),
        },
    )
    release(tx, request.id, timedelta(seconds=app.settings.queue.undo_seconds))
    refresh_due(app, tx, request.id)
    return True


def _may(deed: Deed, request: RequestRow) -> bool:
    """Whether the role in which it was pressed may decide to run this, and may record work."""
    try:
        follow(request.state, Decision.RUN, deed.role, RequestState.RUNNING)
        follow(RequestState.RUNNING, Decision.COMPLETE_STEP, deed.role)
    except NotAllowed:
        return False
    return True
