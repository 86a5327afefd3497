"""Users, groups and spaces of kintone: what replaces a whole list is read first and looked at afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from uketsuke.connectors.kintone_answers import KintoneGroup, KintoneSpace, KintoneUser, SpaceMember
from uketsuke.connectors.kintone_port import Facts, KintonePort, KintoneRefused, KintoneUnknown

MOST_READ, MOST_WRITTEN = 100, 1000
Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True)
class Membership:
    """A group's members before and after a change; the same where nothing was to be changed."""

    before: frozenset[str]
    after: frozenset[str]

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.before != self.after


class KintonePeople:
    """Administration of users, groups and spaces, by password: tokens of apps cannot."""

    def __init__(self, port: KintonePort) -> None:
        self._port = port

    def users(self, codes: Sequence[str] = ()) -> list[KintoneUser]:
        """All users, or those with these login names."""
        return list(self._pages("/v1/users.json", "users", KintoneUser, _codes(codes)))

    def groups(self, codes: Sequence[str] = ()) -> list[KintoneGroup]:
        """All groups, or those with these codes."""
        return list(self._pages("/v1/groups.json", "groups", KintoneGroup, _codes(codes)))

    def members(self, group: str) -> frozenset[str]:
        """The login names of a group's members."""
        found = self._pages("/v1/group/users.json", "users", KintoneUser, {"code": group})
        return frozenset(user.code for user in found)

    def change_members(self, group: str, add: Collection[str], remove: Collection[str]) -> Membership:
        """Add and remove members; everybody else stays.

        The API replaces the whole list and knows no revision, so the list is read just before and
        again afterwards: raises `KintoneUnknown` where it is not what was written.
        """
        before = self.members(group)
        wanted = (before | frozenset(add)) - frozenset(remove)
        if wanted == before:
            return Membership(before, before)
        if len(wanted) > MOST_WRITTEN:
            raise KintoneRefused(Facts(code="more-than-1000-members"))
        self._port.write("PUT", "/v1/group/users.json", {"code": group, "users": sorted(wanted)})
        after = self.members(group)
        if after != wanted:
            raise KintoneUnknown("changed-meanwhile", Facts())
        return Membership(before, after)

    def add_space(
        self, template: int, name: str, admins: Collection[str], members: Collection[str], *, private: bool
    ) -> int:
        """A space from a template; its id. Repeating makes a second one: look first."""
        people = [_member(code, True) for code in sorted(admins)]
        people += [_member(code, False) for code in sorted(set(members) - set(admins))]
        body = {"id": template, "name": name, "members": people, "isPrivate": private}
        answer = self._port.write("POST", "/k/v1/template/space.json", body)
        try:
            return int(answer["id"])
        except (KeyError, TypeError, ValueError):
            self._port.odd(writes=True)

    def space(self, number: int) -> KintoneSpace:
        """A space by its id."""
        return self._shaped(KintoneSpace, self._port.read("/k/v1/space.json", {"id": number}))

    def space_members(self, number: int) -> list[SpaceMember]:
        """Who is in a space."""
        answer = self._port.read("/k/v1/space/members.json", {"id": number})
        return [self._shaped(SpaceMember, one) for one in answer.get("members", [])]

    def _pages(self, path: str, name: str, shape: type[Shape], asked: dict[str, Any]) -> Iterator[Shape]:
        offset = 0
        while True:
            answer = self._port.read(path, {**asked, "size": MOST_READ, "offset": offset})
            page = answer.get(name)
            if not isinstance(page, list):
                self._port.odd(writes=False)
            yield from (self._shaped(shape, one) for one in page)
            if len(page) < MOST_READ:
                return
            offset += len(page)

    def _shaped(self, shape: type[Shape], answer: Any) -> Shape:
        try:
            return shape.model_validate(answer)
        except ValidationError:
            self._port.odd(writes=False)


def _codes(codes: Sequence[str]) -> dict[str, Any]:
    return {"codes": list(codes)} if codes else {}


def _member(code: str, is_admin: bool) -> dict[str, Any]:
    return {"entity": {"type": "USER", "code": code}, "isAdmin": is_admin}
