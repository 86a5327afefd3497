"""Spaces: made from a template by a user who may, and read back; API tokens cannot."""

from __future__ import annotations

from typing import Any

from uketsuke.connectors.fake_kintone.call import Answer, Call, listed, require_password, shaped, truth
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, say
from uketsuke.connectors.fake_kintone.rendering import entity
from uketsuke.connectors.fake_kintone.state import Space


def add_space(call: Call) -> Answer:
    """`POST /k/v1/template/space.json`; somebody must be its administrator."""
    user = require_password(call)
    if not (user.administrator or user.may_create_spaces):
        raise Problem(403, "CB_NO02", "may-not")
    template = call.number("id")
    if template not in call.domain.templates:
        raise Problem(404, "GAIA_ST01", "no-template", id=template)
    name = call.params.get("name")
    if not isinstance(name, str) or not name:
        raise lacking("name")
    guest = truth(call.params.get("isGuest"))
    space = Space(
        id=max(call.domain.spaces, default=0) + 1,
        name=name,
        members=_members(call),
        is_guest=guest,
        is_private=guest or truth(call.params.get("isPrivate")),
        fixed_member=truth(call.params.get("fixedMember")),
    )
    call.domain.spaces[space.id] = space
    return {"id": str(space.id)}


def get_space(call: Call) -> Answer:
    """`GET /k/v1/space.json`; of a private one only for those in it."""
    space = _visible(call)
    by = entity(call.domain, call.caller.code)
    return {
        "id": str(space.id),
        "name": space.name,
        "defaultThread": str(space.id),
        "isPrivate": space.is_private,
        "isGuest": space.is_guest,
        "fixedMember": space.fixed_member,
        "useMultiThread": False,
        "memberCount": str(len(space.members)),
        "creator": by,
        "modifier": by,
    }


def get_members(call: Call) -> Answer:
    """`GET /k/v1/space/members.json`."""
    return {"members": _visible(call).members}


def put_members(call: Call) -> Answer:
    """`PUT /k/v1/space/members.json`: the whole list, by an administrator of the space."""
    space = _visible(call)
    user = require_password(call)
    admins = [one["entity"]["code"] for one in space.members if one["isAdmin"]]
    if not user.administrator and user.code not in admins:
        raise Problem(403, "CB_NO02", "may-not")
    space.members = _members(call)
    return {}


def _visible(call: Call) -> Space:
    user = require_password(call)
    number = call.number("id")
    space = call.domain.spaces.get(number)
    if space is None:
        raise Problem(404, "GAIA_SP01", "no-space", id=number)
    if space.is_private and not user.administrator and user.code not in _codes(space):
        raise Problem(403, "CB_NO02", "may-not")
    return space


def _codes(space: Space) -> list[str]:
    return [one["entity"]["code"] for one in space.members]


def _members(call: Call) -> list[dict[str, Any]]:
    if "members" not in call.params:
        raise lacking("members")
    members = [_member(call, shaped(one)) for one in listed(call.params, "members")]
    if not any(one["isAdmin"] for one in members):
        raise invalid({"members": [say("space-admin")]})
    return members


def _member(call: Call, one: dict[str, Any]) -> dict[str, Any]:
    who = shaped(one.get("entity"))
    kind, code = who.get("type"), who.get("code")
    if kind not in ("USER", "GROUP", "ORGANIZATION"):
        raise invalid({"members.entity.type": [say("enum")]})
    stopped = kind == "USER" and code in call.domain.users and not call.domain.users[code].valid
    if stopped or code not in call.domain.codes(kind):
        raise Problem(400, "GAIA_UN03", "no-user", code=code)
    member: dict[str, Any] = {"entity": {"type": kind, "code": code}, "isAdmin": truth(one.get("isAdmin"))}
    return member | (
        {"isImplicit": False} if kind == "USER" else {"includeSubs": truth(one.get("includeSubs"))}
    )
