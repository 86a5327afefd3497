"""Members of kintone's groups: read, merged, replaced, and read back (serves the system `kintone_admin`).

Marker: who is in the group. The API replaces the whole list and knows no revision, so the list is read just
before it is written and again afterwards; what somebody else changed meanwhile is nobody's to guess.
Repeating is safe: who is in the group already is not put in twice. New groups, groups that go and spaces are
work of a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from uketsuke.connectors.base import Found, Outward
from uketsuke.connectors.kintone_people import KintonePeople
from uketsuke.connectors.kintone_port import KintonePort, KintoneRefused
from uketsuke.errors import Refused
from uketsuke.systems import System

DEEDS = frozenset({"change", "grant", "revoke"})
DEVELOPERS = "アプリ開発者"
"""What plans call the group whose code the settings know."""
_REASONS = {"more-than-1000-members": "more-than-1000-members", "CB_NO02": "not-permitted"}
Answer = TypeVar("Answer")


class KintoneAdminConnector:
    """The groups of the city's kintone, by password: tokens cannot change them."""

    name = "kintone"

    def __init__(self, system_name: str, system: System, port: KintonePort) -> None:
        self._system, self._developers = system_name, system.developers
        self._people = KintonePeople(port)

    def look(self, effect: Outward) -> Found:
        """See `ExternalConnector`."""
        members = self._members(effect)
        if not (_codes(effect, "add") - members or _codes(effect, "remove") & members):
            return Found.OURS if effect.begun else Found.OTHER
        if not (members | _codes(effect, "add")) - _codes(effect, "remove"):
            raise Refused(effect.system, "group-empty")
        return Found.ABSENT

    def act(self, effect: Outward) -> Mapping[str, Any]:
        """See `ExternalConnector`."""
        group = self._group(effect)
        add, remove = _codes(effect, "add"), _codes(effect, "remove")
        done = self._said(lambda: self._people.change_members(group, add, remove))
        return {"group": group, "before": len(done.before), "after": len(done.after)}

    def check(self) -> None:
        """See `ExternalConnector`."""
        self._said(lambda: self._people.groups([self._developers] if self._developers else ()))

    def _members(self, effect: Outward) -> frozenset[str]:
        """Who is in the group; raises `Refused` where nobody sets them, or somebody named is no user."""
        if effect.do not in DEEDS:
            raise Refused(effect.system, "not-a-deed-here")
        code = self._group(effect)
        group = next(
            (one for one in self._said(lambda: self._people.groups([code])) if one.code == code), None
        )
        if group is None:
            raise Refused(effect.system, "no-such-group")
        if group.type != "static":
            raise Refused(effect.system, "dynamic-group")
        wanted = sorted(_codes(effect, "add"))
        known = (
            {one.code for one in self._said(lambda: self._people.users(wanted)) if one.valid}
            if wanted
            else set()
        )
        if lacking := [one for one in wanted if one not in known]:
            raise Refused(effect.system, "no-such-account", "、".join(lacking))
        return self._said(lambda: self._people.members(code))

    def _group(self, effect: Outward) -> str:
        named = str(effect.values.get("group") or effect.account)
        code = self._developers if named == DEVELOPERS else named
        if not code:
            raise Refused(effect.system, "no-such-group")
        return code

    def _said(self, call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        except KintoneRefused as no:
            reason = _REASONS.get(no.facts.code, "refused")
            raise Refused(self._system, reason, str(no.facts)) from None


def _codes(effect: Outward, name: str) -> frozenset[str]:
    found = effect.values.get(name)
    return frozenset(map(str, found)) if isinstance(found, list | tuple) else frozenset()
