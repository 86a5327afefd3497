"""The two bands of a request: doubt about data, and authority; always apart (UX 5.2, AP-66)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from uketsuke.console.views.naming import Naming
from uketsuke.console.views.original import id_of
from uketsuke.domain.authority import Authority, Evidence, Need
from uketsuke.domain.reading import ROW, Concern
from uketsuke.domain.request import spec_at
from uketsuke.queue.review import IDENTITY_CHECK, VOID, VOIDED
from uketsuke.store.shapes import Override


@dataclass(frozen=True)
class Reason:
    """One reason to look, with the field it is about."""

    key: str
    text: str
    label: str
    href: str
    soft: bool
    overridden: str = ""
    """Who let it stand and why; empty while it is open."""


@dataclass(frozen=True)
class AuthorityBand:
    """実行の条件 in words: what is needed, and the facts it follows from (FAULTS 3)."""

    need: str
    facts: tuple[tuple[str, str], ...]
    attest: tuple[tuple[str, str], ...] = ()
    """Ways to record an identity check, where one may be recorded."""
    void: str = ""
    """That a recorded identity check counts no more, why, and what to do; empty where none was made void."""


def void_check(overrides: Mapping[str, Override], may_attest: bool, naming: Naming) -> str:
    """Who had checked whom when, what ended it, and what to do; empty unless an edit made a check void."""
    check, edit = overrides.get(VOIDED), overrides.get(IDENTITY_CHECK)
    if check is None or edit is None or edit.reason != VOID:
        return ""
    words = naming.words
    return words(
        "authority.void",
        who=naming.person(check.by) or words("authority.void-somebody"),
        at=naming.at(check.at),
        how=words.get(f"attest.{check.reason}", check.reason),
        by=naming.person(edit.by),
        do=words("authority.void-attest" if may_attest else "authority.void-owner"),
    )


def reasons(
    concerns: Sequence[Concern], overrides: Mapping[str, Override], service: str | None, naming: Naming
) -> tuple[Reason, ...]:
    """Every concern as a sentence; open ones first."""
    specs = naming.specs(service)
    found = []
    for concern in concerns:
        override = overrides.get(concern.key)
        place = concern.decided_by or concern.field
        known = place is not None and spec_at(specs, place) is not None
        name = naming.wordbook.field(place, specs, concern.facts.get(ROW)) if known else ""
        label, text = _split(name, naming, concern, service)
        found.append(
            Reason(
                key=concern.key,
                text=text,
                label=label,
                href=f"#f_{id_of(place)}" if place and known else "",
                soft=not concern.hard,
                overridden=_let_stand(override, naming) if override and not concern.hard else "",
            )
        )
    return tuple(sorted(found, key=lambda reason: bool(reason.overridden)))


def troubles(sentences: Sequence[str]) -> tuple[Reason, ...]:
    """What went wrong while it ran, as reasons to look: nothing that can be passed over by writing why."""
    return tuple(Reason(key="", text=text, label="", href="", soft=False) for text in sentences)


def _split(label: str, naming: Naming, concern: Concern, service: str | None) -> tuple[str, str]:
    """The words that link to the field, and the rest; a sentence that cannot be parted is all link."""
    text = naming.concern(concern, service)
    if not label or not text.startswith(label):
        return label, text
    return (label, text.removeprefix(label).strip()) if text.startswith(f"{label} ") else (text, "")


def _let_stand(override: Override, naming: Naming) -> str:
    reason = naming.words.get(f"why.settled.{override.reason}", override.reason)
    return naming.words("why.overridden", who=naming.person(override.by), reason=reason)


def _target(authority: Authority, naming: Naming) -> str:
    """Whose thing it is, and the posts without which it would be somebody else's."""
    whose = naming.words(f"authority.target.{authority.target.value if authority.target else 'none'}")
    if not authority.posts:
        return whose
    return naming.words("authority.by-post", whose=whose, posts="、".join(authority.posts))


def authority_band(authority: Authority | None, may_attest: bool, naming: Naming) -> AuthorityBand:
    """The band for what is stored; a request without authority yet needs everything checked."""
    words = naming.words
    if authority is None:
        return AuthorityBand(words("authority.need.review"), ())
    need = Need.CONFIRM if Need.CONFIRM in authority.need else next(iter(authority.need), None)
    who = words(f"authority.identity.{authority.identity.value}")
    facts: tuple[tuple[str, str], ...] = (
        (words("authority.who"), f"{who}・{words(f'authority.path.{authority.path.value}')}"),
        (
            words("authority.of"),
            _target(authority, naming),
        ),
        (
            words("authority.does"),
            words(f"authority.risk.{authority.risk.value if authority.risk else 'none'}"),
        ),
        (words("authority.evidence"), naming.wordbook.word("evidence", authority.evidence)),
    )
    if authority.doubts:
        why = "、".join(words(f"authority.doubt.{doubt}") for doubt in authority.doubts)
        facts = (*facts, (words("authority.because"), why))
    if authority.declared is not None:
        declared = words(f"authority.risk.{authority.declared.value}")
        facts = (*facts, (words("authority.heavier"), words("authority.heavier-than", declared=declared)))
    if authority.second_person is not None:
        second = words(f"authority.second.{authority.second_person.value}")
        facts = (*facts, (words("authority.second-person"), second))
    checks = (
        tuple(words.under("attest").items())
        if may_attest and authority.evidence is not Evidence.STRONG
        else ()
    )
    return AuthorityBand(
        words(f"authority.need.{need.value if need else 'none'}"),
        facts,
        tuple((code, word) for code, word in checks if code != "none"),
    )
