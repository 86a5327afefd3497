"""Who may cause what (FAULTS 3): four facts and one table, never wording in a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from uketsuke.domain.content import Frozen


class Evidence(StrEnum):
    """How well it is proven who asks."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Target(StrEnum):
    """Whose thing would change, seen from who asks."""

    OWN = "own"
    SECTION = "section"
    OTHER = "other"


class Risk(StrEnum):
    """R0 information and dates, R1 reversible ledger change, R2 accounts and ordinary rights, R3 the rest."""

    R0 = "R0"
    R1 = "R1"
    R2 = "R2"
    R3 = "R3"


class Path(StrEnum):
    """How the message came (catalogue `authority.paths`)."""

    SIGNED_IN = "signed-in"
    KINTONE_CREATOR = "kintone-creator"
    FORMBRIDGE = "formbridge"
    CMS_SURVEY = "cms-survey"
    SIGNED_WEBHOOK = "signed-webhook"
    MAIL_PROVEN = "mail-proven"
    MAIL_NO_CLAIM = "mail-no-claim"
    MAIL_FAILED = "mail-failed"
    OPERATOR_NOTE = "operator-note"


class Identity(StrEnum):
    """Who it is, as far as the directory can tell (catalogue `authority.identities`)."""

    ONE_PERSON = "one-person"
    TYPED_ONE_PERSON = "typed-one-person"
    LOGIN_NAME = "login-name"
    ATTESTED = "attested"
    SECTION_MAILBOX = "section-mailbox"
    OPERATOR = "operator"
    UNKNOWN = "unknown"


class SecondPerson(StrEnum):
    """Whether somebody else must agree, per service and action (FAULTS 3)."""

    NONE = "none"
    AFTER = "after"
    """The owner is told, and it stands on another person's list for two business days."""
    BEFORE = "before"
    """Nothing runs until another operator or officer, neither requester nor owner, approved the plan."""


class Action(StrEnum):
    """What a request causes, as far as the policy of the second person asks."""

    UNLOCK = "unlock"
    RESET = "reset"
    DELETE = "delete"
    GRANT = "grant"
    PUBLISH = "publish"
    BULK = "bulk"


SECOND_PERSON: dict[Action, SecondPerson] = {
    Action.UNLOCK: SecondPerson.AFTER,
    Action.RESET: SecondPerson.AFTER,
    Action.DELETE: SecondPerson.BEFORE,
    Action.GRANT: SecondPerson.BEFORE,
    Action.PUBLISH: SecondPerson.BEFORE,
    Action.BULK: SecondPerson.BEFORE,
}
"""The defaults; a city sets its own per service and action."""


R3_PER_DAY = 5
"""More R3 effects than this for one person (who asks, or whose account it is) and day are approved before."""
R3_PER_HOUR = 20
"""More than this in an hour, of everybody, likewise."""


class Need(StrEnum):
    """What must happen before it runs; none of them means it runs by itself."""

    OPERATOR = "operator"
    CONFIRM = "confirm"
    REVIEW = "review"


_STRONG = frozenset(
    {
        (Path.SIGNED_IN, Identity.ONE_PERSON),
        (Path.SIGNED_IN, Identity.OPERATOR),
        (Path.KINTONE_CREATOR, Identity.ONE_PERSON),
        (Path.MAIL_PROVEN, Identity.ONE_PERSON),
        (Path.CMS_SURVEY, Identity.LOGIN_NAME),
        (Path.OPERATOR_NOTE, Identity.ATTESTED),
    }
)
_MEDIUM = frozenset(
    {
        (Path.FORMBRIDGE, Identity.TYPED_ONE_PERSON),
        (Path.CMS_SURVEY, Identity.TYPED_ONE_PERSON),
        (Path.SIGNED_WEBHOOK, Identity.TYPED_ONE_PERSON),
        (Path.MAIL_PROVEN, Identity.SECTION_MAILBOX),
        (Path.MAIL_NO_CLAIM, Identity.ONE_PERSON),
    }
)
_AUTO: tuple[Need, ...] = ()
_OPERATOR = (Need.OPERATOR,)
_CONFIRM = (Need.CONFIRM, Need.OPERATOR)
_REVIEW = (Need.REVIEW,)
TABLE: dict[tuple[Evidence, bool], tuple[tuple[Need, ...], ...]] = {
    (Evidence.STRONG, True): (_AUTO, _AUTO, _OPERATOR, _CONFIRM),
    (Evidence.STRONG, False): (_AUTO, _OPERATOR, _REVIEW, _REVIEW),
    (Evidence.MEDIUM, True): (_AUTO, _AUTO, _OPERATOR, _CONFIRM),
    (Evidence.MEDIUM, False): (_OPERATOR, _OPERATOR, _REVIEW, _REVIEW),
    (Evidence.WEAK, True): (_REVIEW,) * 4,
    (Evidence.WEAK, False): (_REVIEW,) * 4,
}
"""(evidence, own or section?) → need for R0, R1, R2, R3. What is not listed is review."""


class Authority(Frozen):
    """The four facts and what follows, stored with the request."""

    path: Path
    identity: Identity
    evidence: Evidence
    target: Target | None = None
    risk: Risk | None = None
    declared: Risk | None = None
    """What the service says of itself, where the plan's steps do more than that; else None."""
    need: tuple[Need, ...] = _REVIEW
    second_person: SecondPerson | None = None
    """The policy where the table says confirm; None where nobody else is asked."""
    person: str | None = None
    """Employee number of who asks, where it is exactly one active person."""
    posts: tuple[str, ...] = ()
    """Titles of the posts without which the target would be somebody else's."""
    doubts: tuple[str, ...] = ()
    """Why the evidence is not better: codes of what speaks against the message's own claim."""


def evidence_for(path: Path, identity: Identity) -> Evidence:
    """How strong the evidence is; what is not listed is weak."""
    if (path, identity) in _STRONG:
        return Evidence.STRONG
    if (path, identity) in _MEDIUM:
        return Evidence.MEDIUM
    return Evidence.WEAK


def need_for(evidence: Evidence, target: Target, risk: Risk) -> tuple[Need, ...]:
    """The cell of the table."""
    return TABLE[evidence, target is not Target.OTHER][int(risk[1])]


def policy_of(own: Mapping[str, SecondPerson], service: str, action: Action) -> SecondPerson:
    """The city's choice for `<service>.<action>`, else for the action, else the default."""
    return own.get(f"{service}.{action}", own.get(action.value, SECOND_PERSON[action]))


def strictest(policies: Iterable[SecondPerson]) -> SecondPerson:
    """The one that asks most of all; raises `ValueError` where there is none."""
    return max(policies, key=list(SecondPerson).index)
