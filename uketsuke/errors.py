"""What can go wrong, by what must happen next.

UketsukeError
├── ConfigurationError    the settings are wrong; every problem at once
├── TryLater              a peer said "not now": repeat with back-off
├── Refused               a peer said "no": a person must look
├── Conflict              a peer's row has changed since it was read
├── UnknownOutcome        nobody can tell whether the effect happened
├── StalePlan             a row the plan expects has changed since
├── StaleVersion          a decision was made on an older version
├── NotAllowed            the decision is not in the table for this role and state
│   └── SamePerson        it is for another person to do
├── PlanChanged           the plan is not the one that was seen
├── Incomplete            a form lacks something, or holds something impossible
├── NotFound              nothing is stored under that id
├── LeaseLost             another worker holds the job now
└── TransactionOpen       an outside call was tried inside a transaction
"""

from __future__ import annotations

from typing import Any


class UketsukeError(Exception):
    """Something the product foresees; facts are attributes, the text is derived."""


class ConfigurationError(UketsukeError):
    """The settings are wrong; carries every problem found, not only the first."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class TryLater(UketsukeError):
    """A peer could not do it now; the job is repeated with back-off, without limit."""

    def __init__(self, peer: str, reason: str) -> None:
        self.peer, self.reason = peer, reason
        super().__init__(f"{peer}: {reason}")


class Refused(UketsukeError):
    """A peer answered with a final no; repeating would get the same answer."""

    def __init__(self, peer: str, reason: str, said: str = "") -> None:
        """`said` are the peer's own words, which may name a person."""
        self.peer, self.reason, self.said = peer, reason, said
        super().__init__(f"{peer}: {reason}")


class Conflict(UketsukeError):
    """Somebody changed it at the peer since we read it; nothing was written."""

    def __init__(self, peer: str, reason: str) -> None:
        self.peer, self.reason = peer, reason
        super().__init__(f"{peer}: {reason}")


class UnknownOutcome(UketsukeError):
    """The call was cut after the effect may have happened; never repeated by itself."""

    def __init__(self, peer: str, reason: str) -> None:
        self.peer, self.reason = peer, reason
        super().__init__(f"{peer}: {reason}")


class StalePlan(UketsukeError):
    """A ledger row is not as the plan expects it; nothing was written."""

    def __init__(
        self, ledger: str, key: str, expected: dict[str, Any], found: dict[str, Any], version: int
    ) -> None:
        self.ledger, self.key, self.expected, self.found = ledger, key, expected, found
        self.version = version
        super().__init__(f"{ledger} {key}: expected {expected}, found {found} (version {version})")


class StaleVersion(UketsukeError):
    """Somebody else decided first; nothing was written."""

    def __init__(self, what: str, expected: int, found: int) -> None:
        self.what, self.expected, self.found = what, expected, found
        super().__init__(f"{what}: made on version {expected}, now {found}")


class NotAllowed(UketsukeError):
    """The decision does not exist for this state and role; nothing was written."""

    def __init__(self, decision: str, state: str, why: str) -> None:
        self.decision, self.state, self.why = decision, state, why
        super().__init__(f"{decision} on {state}: {why}")


class SamePerson(NotAllowed):
    """Somebody else must do this: it is one and the same person, or nobody knows whether it is."""


class PlanChanged(UketsukeError):
    """The plan is no longer the one that was seen; nothing runs until somebody has seen the new one."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"plan {expected[:12]} was seen, it is {found[:12] or 'none'} now")


class Incomplete(UketsukeError):
    """A form lacks something, or holds something impossible; the typed text is kept by the page."""

    def __init__(self, wrong: dict[str, str]) -> None:
        self.wrong = wrong
        """Field → code: `missing`, `unknown-choice`, `not-a-date`, `in-the-future`, `long-ago`, …."""
        super().__init__(", ".join(f"{name}: {code}" for name, code in wrong.items()))


class NotFound(UketsukeError):
    """Nothing is stored under that id."""

    def __init__(self, what: str, key: object) -> None:
        self.what, self.key = what, key
        super().__init__(f"no {what} {key}")


class LeaseLost(UketsukeError):
    """The lease ended while the work was done; its result is thrown away."""

    def __init__(self, job_id: int, owner: str) -> None:
        self.job_id, self.owner = job_id, owner
        super().__init__(f"job {job_id} is no longer leased by {owner}")


class TransactionOpen(UketsukeError):
    """An outside call was tried while a transaction was open (promise 8)."""

    def __init__(self, call: str) -> None:
        self.call = call
        super().__init__(f"{call} called inside a transaction")
