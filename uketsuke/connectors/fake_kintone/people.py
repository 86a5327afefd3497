"""Users and groups of cybozu.com (User API): pages of at most 100, updates that replace the whole list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from uketsuke.connectors.fake_kintone.call import Answer, Call, listed
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, say
from uketsuke.connectors.fake_kintone.state import Group, User

MOST_READ, MOST_WRITTEN = 100, 1000


def get_users(call: Call) -> Answer:
    """`GET /v1/users.json`, all or those of `codes`."""
    codes = listed(call.params, "codes")
    users = [user for user in call.domain.users.values() if not codes or user.code in codes]
    return {"users": [_user(user, number) for number, user in _page(call, users)]}


def get_groups(call: Call) -> Answer:
    """`GET /v1/groups.json`, all or those of `codes`."""
    codes = listed(call.params, "codes")
    groups = [group for group in call.domain.groups.values() if not codes or group.code in codes]
    return {"groups": [_group(group, number) for number, group in _page(call, groups)]}


def get_group_users(call: Call) -> Answer:
    """`GET /v1/group/users.json`."""
    group = _named_group(call, _code(call))
    members = [user for user in call.domain.users.values() if user.code in group.members]
    return {"users": [_user(user, number) for number, user in _page(call, members)]}


def put_group_users(call: Call) -> Answer:
    """`PUT /v1/group/users.json`: whoever is not named is no member any more."""
    _may_write(call)
    group = _named_group(call, _code(call))
    if group.dynamic:
        raise Problem(400, "CB_VA01", "dynamic")
    group.members = _codes(call, "users", call.domain.users)
    return {}


def get_user_groups(call: Call) -> Answer:
    """`GET /v1/user/groups.json`."""
    user = _named_user(call, _code(call))
    groups = [group for group in call.domain.groups.values() if user.code in group.members]
    return {"groups": [_group(group, number) for number, group in enumerate(groups, 1)]}


def put_user_groups(call: Call) -> Answer:
    """`PUT /v1/user/groups.json`: the user's groups are exactly these afterwards, dynamic ones aside."""
    _may_write(call)
    user = _named_user(call, _code(call))
    codes = _codes(call, "groups", call.domain.groups)
    if any(call.domain.groups[code].dynamic for code in codes):
        raise Problem(400, "CB_VA01", "dynamic")
    for group in call.domain.groups.values():
        if not group.dynamic:
            left = [code for code in group.members if code != user.code]
            group.members = [*left, user.code] if group.code in codes else left
    return {}


def _may_write(call: Call) -> None:
    """An administrator of cybozu.com, or a token with the scope "Dangerous Zone"."""
    user = call.caller.user
    if not (call.caller.dangerous if user is None else user.administrator):
        raise Problem(403, "CB_NO02", "may-not")


def _codes(call: Call, name: str, known: dict[str, Any]) -> list[str]:
    if name not in call.params:
        raise lacking(name)
    codes = [str(code) for code in listed(call.params, name)]
    if len(codes) > MOST_WRITTEN:
        raise invalid({name: [say("many-members")]})
    for code in codes:
        if code not in known:
            raise Problem(400, "CB_VA01", "no-user" if name == "users" else "no-group", code=code)
    return list(dict.fromkeys(codes))


def _code(call: Call) -> str:
    code = call.params.get("code")
    if not code:
        raise lacking("code")
    return str(code)


def _named_group(call: Call, code: str) -> Group:
    if code not in call.domain.groups:
        raise Problem(404, "CB_VA01", "no-group", code=code)
    return call.domain.groups[code]


def _named_user(call: Call, code: str) -> User:
    if code not in call.domain.users:
        raise Problem(404, "CB_VA01", "no-user", code=code)
    return call.domain.users[code]


def _page(call: Call, found: Iterable[Any]) -> list[tuple[int, Any]]:
    size = call.optional_number("size", least=1)
    size = MOST_READ if size is None else size
    if size > MOST_READ:
        raise invalid({"size": [say("between", low=1, high=MOST_READ)]})
    offset = call.optional_number("offset") or 0
    return list(enumerate(found, 1))[offset : offset + size]


def _user(user: User, number: int) -> dict[str, Any]:
    return {
        "id": str(number),
        "code": user.code,
        "name": user.name,
        "email": user.email,
        "valid": user.valid,
        "primaryOrganization": user.organizations[0] if user.organizations else None,
        "locale": "ja",
        "timezone": "Asia/Tokyo",
    }


def _group(group: Group, number: int) -> dict[str, Any]:
    kind = "dynamic" if group.dynamic else "static"
    return {"id": str(number), "code": group.code, "name": group.name, "description": "", "type": kind}
