"""事後確認: another person looks at an R3 effect within two business days (FAULTS 3, AP-68)."""

from __future__ import annotations

from uketsuke.app import Actor, App
from uketsuke.domain.states import permit
from uketsuke.errors import Incomplete, NotAllowed
from uketsuke.queue.involvement import barred, parts_in
from uketsuke.queue.persons import require_other
from uketsuke.store.oversight import Review, Verdict
from uketsuke.store.transaction import Transaction


def look(app: App, actor: Actor, review_id: int, verdict: Verdict, comment: str) -> None:
    """問題なし, or 問題あり with what is wrong; a problem comes to the lead's tray.

    Raises `SamePerson` for everybody who had a part in it, `Incomplete` for a problem without
    words, `StaleState` when somebody was first.
    """
    permit("review", actor.role, f"review {review_id}")
    if verdict is Verdict.PROBLEM and not comment.strip():
        raise Incomplete({"comment": "missing"})
    with app.database.transaction("review") as tx:
        request_id = tx.oversight.review(review_id).request_id
        tx.requests.get_locked(request_id)
        found = tx.oversight.review(review_id)
        require_other(actor, "review", f"review {review_id}", parts_of(tx, found))
        tx.oversight.answer(review_id, actor.login, verdict, comment.strip())
        _audit(tx, actor, "review", found, {"verdict": verdict.value}, comment.strip())


def settle(app: App, actor: Actor, review_id: int, comment: str) -> None:
    """A lead has dealt with a problem, and says how.

    Raises `SamePerson` for everybody who had a part in it, `Incomplete`, `StaleState`.
    """
    permit("settle-review", actor.role, f"review {review_id}")
    if not comment.strip():
        raise Incomplete({"comment": "missing"})
    with app.database.transaction("settle-review") as tx:
        request_id = tx.oversight.review(review_id).request_id
        tx.requests.get_locked(request_id)
        found = tx.oversight.review(review_id)
        if found.outcome is not Verdict.PROBLEM:
            raise NotAllowed("settle-review", str(found.outcome), "no problem was found")
        require_other(actor, "settle-review", f"review {review_id}", parts_of(tx, found))
        tx.oversight.settle(review_id, actor.login)
        _audit(tx, actor, "settle-review", found, {}, comment.strip())


def parts_of(tx: Transaction, found: Review) -> frozenset[str | None]:
    """Everybody who had a part in it: when it was done, and since."""
    row = tx.steps.get(found.step_id)
    step = tx.plans.get(row.plan_id).plan().step(row.seq)
    parts = parts_in(tx, tx.requests.get(found.request_id), [step])
    return frozenset(found.persons) | barred(parts, "review")


def _audit(
    tx: Transaction, actor: Actor, action: str, found: Review, facts: dict[str, str], comment: str
) -> None:
    request = tx.requests.get(found.request_id)
    tx.audit.note(
        request,
        actor.login,
        action,
        facts={"review": found.id, "step": tx.steps.get(found.step_id).seq, **facts},
        personal={"reason": comment} if comment else None,
    )
