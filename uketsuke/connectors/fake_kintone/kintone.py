"""Our kintone itself: which path does what, who may, all or nothing, and what it tells afterwards."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from uketsuke.clock import Clock
from uketsuke.connectors.fake_kintone import (
    apps,
    comments,
    cursors,
    people,
    progress,
    records,
    spaces,
)
from uketsuke.connectors.fake_kintone.access import identify
from uketsuke.connectors.fake_kintone.call import Answer, Call, Caller, listed, shaped
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, malformed, say, unsupported
from uketsuke.connectors.fake_kintone.state import App, Domain, Upload
from uketsuke.connectors.fake_kintone.webhooks import Send, Webhooks

Endpoint = Callable[[Call], Answer]
ENDPOINTS: dict[tuple[str, str], Endpoint] = {
    ("GET", "/k/v1/record.json"): records.get_record,
    ("POST", "/k/v1/record.json"): records.add_record,
    ("PUT", "/k/v1/record.json"): records.update_record,
    ("GET", "/k/v1/records.json"): records.get_records,
    ("POST", "/k/v1/records.json"): records.add_records,
    ("PUT", "/k/v1/records.json"): records.update_records,
    ("DELETE", "/k/v1/records.json"): records.delete_records,
    ("POST", "/k/v1/records/cursor.json"): cursors.create_cursor,
    ("GET", "/k/v1/records/cursor.json"): cursors.get_cursor,
    ("DELETE", "/k/v1/records/cursor.json"): cursors.delete_cursor,
    ("PUT", "/k/v1/record/status.json"): progress.update_status,
    ("PUT", "/k/v1/records/status.json"): progress.update_statuses,
    ("PUT", "/k/v1/record/assignees.json"): progress.update_assignees,
    ("GET", "/k/v1/record/comments.json"): comments.get_comments,
    ("POST", "/k/v1/record/comment.json"): comments.add_comment,
    ("DELETE", "/k/v1/record/comment.json"): comments.delete_comment,
    ("GET", "/k/v1/app.json"): apps.get_app,
    ("GET", "/k/v1/app/form/fields.json"): apps.get_form,
    ("GET", "/k/v1/app/status.json"): progress.get_process,
    ("POST", "/k/v1/file.json"): apps.upload,
    ("POST", "/k/v1/template/space.json"): spaces.add_space,
    ("GET", "/k/v1/space.json"): spaces.get_space,
    ("GET", "/k/v1/space/members.json"): spaces.get_members,
    ("PUT", "/k/v1/space/members.json"): spaces.put_members,
    ("GET", "/v1/users.json"): people.get_users,
    ("GET", "/v1/groups.json"): people.get_groups,
    ("GET", "/v1/group/users.json"): people.get_group_users,
    ("PUT", "/v1/group/users.json"): people.put_group_users,
    ("GET", "/v1/user/groups.json"): people.get_user_groups,
    ("PUT", "/v1/user/groups.json"): people.put_user_groups,
}
BULK, FILE = ("POST", "/k/v1/bulkRequest.json"), ("GET", "/k/v1/file.json")
IN_BULK = tuple(
    (method, path)
    for method, path in ENDPOINTS
    if method != "GET"
    and path.startswith("/k/v1/record")
    and not path.endswith(("cursor.json", "comment.json"))
)
MOST_IN_BULK = 20
_GUEST = re.compile(r"/k/guest/\d+/v1/.*")


@dataclass(frozen=True)
class Arrival:
    """What arrives: the method that is meant, a path, headers in lower case, parameters of URL and body."""

    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, Any]


class FakeKintone:
    """One sub-domain. Not for several threads at once: its server calls it from one loop."""

    def __init__(self, domain: Domain, clock: Clock, send: Send, keep: Path | None = None) -> None:
        self.domain, self.webhooks = domain, Webhooks(send)
        self._clock, self._keep = clock, keep
        self._cursors: dict[str, Any] = {}

    def now(self) -> datetime:
        """What its own clock says, which may be ahead of or behind ours."""
        return self._clock.now() + timedelta(seconds=self.domain.skew)

    def answer(self, request: Arrival) -> Answer | Upload:
        """Carry out one request, wholly or not at all; raises `Problem`."""
        if _GUEST.fullmatch(request.path):
            raise unsupported(request.path)
        caller = identify(self.domain, request.path, request.headers)
        told: list[tuple[App, str, dict[str, Any]]] = []
        call = self.call(caller, request.params, told)
        mark = self.domain.mark()
        try:
            answer = self._carried_out(call, (request.method, request.path))
        except Problem:
            self.domain.restore(mark)
            raise
        self._count(request)
        if request.method != "GET":
            self.finish(told)
        return answer

    def call(
        self, caller: Caller, params: Mapping[str, Any], told: list[tuple[App, str, dict[str, Any]]]
    ) -> Call:
        """A call now; what webhooks shall hear is gathered in `told`."""

        def note(app: App, event: str, payload: dict[str, Any]) -> None:
            told.append((app, event, payload))

        return Call(self.domain, caller, self.now(), params, note, cursors=self._cursors)

    def finish(self, told: list[tuple[App, str, dict[str, Any]]]) -> None:
        """Keep what changed, then tell the webhooks."""
        if self._keep is not None:
            self.domain.save(self._keep)
        for app, event, payload in told:
            self.webhooks.tell(self.domain, app, event, payload, self.now())

    def _carried_out(self, call: Call, asked: tuple[str, str]) -> Answer | Upload:
        if asked == BULK:
            return self._bulk(call)
        if asked == FILE:
            return apps.download(call)
        endpoint = ENDPOINTS.get(asked)
        if endpoint is None:
            raise unsupported(" ".join(asked))
        return endpoint(call)

    def _bulk(self, call: Call) -> Answer:
        """`POST /k/v1/bulkRequest.json`: at most twenty, all or nothing; no webhook."""
        requests = listed(call.params, "requests")
        if not 1 <= len(requests) <= MOST_IN_BULK:
            raise invalid({"requests": [say("between", low=1, high=MOST_IN_BULK)]})
        results: list[Answer] = []
        for index, item in enumerate(requests):
            one = shaped(item)
            asked = (str(one.get("method")), str(one.get("api")))
            if asked not in IN_BULK:
                raise malformed()
            inner = replace(call, params=shaped(one.get("payload") or {}), single=False)
            try:
                results.append(ENDPOINTS[asked](inner))
            except Problem as problem:
                raise BulkProblem(problem, index, len(requests)) from problem
        return {"results": results}

    def _count(self, request: Arrival) -> None:
        """Calls per app and day, which begins at 9:00 in Japan; more than allowed is no error."""
        app = request.params.get("app")
        if app is not None and request.path.startswith("/k/"):
            key = f"{app} {self.now():%Y-%m-%d}"
            self.domain.calls[key] = self.domain.calls.get(key, 0) + 1


class BulkProblem(Problem):
    """One of several requests failed, and none was carried out; the answer has a place for each."""

    def __init__(self, problem: Problem, index: int, count: int) -> None:
        super().__init__(problem.status, problem.code, "failed", errors=problem.errors)
        self.message, self._index, self._total = problem.message, index, count

    def body(self, number: int) -> dict[str, Any]:
        """`{results: [{}, {code …}, {}]}`."""
        failed = super().body(number)
        return {"results": [failed if place == self._index else {} for place in range(self._total)]}
