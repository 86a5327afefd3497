"""HTTP around our kintone: what a request means, how an answer leaves, and connections that are cut."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import re
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile
from starlette.types import Receive, Scope, Send

from uketsuke.connectors.fake_kintone import kintone
from uketsuke.connectors.fake_kintone.call import Answer
from uketsuke.connectors.fake_kintone.faults import MAINTENANCE, Fault, Faults
from uketsuke.connectors.fake_kintone.kintone import FakeKintone
from uketsuke.connectors.fake_kintone.problem import Problem, malformed
from uketsuke.connectors.fake_kintone.state import Upload

LONGEST_URL = 8 * 1024
METHODS = ["GET", "POST", "PUT", "DELETE"]
_HANG_UP = "uketsuke.hang_up"
"""Where a request's scope holds what ends its connection at once."""
_ITEM = re.compile(r"(\w+)\[(\d+)\]")


class Cut(ConnectionError):
    """The connection ends here without an answer; behind a real server nobody sees it raised."""


class Door:
    """Lets requests in one by one, counts those under way, and does what the faults say."""

    def __init__(self, fake: FakeKintone, faults: Faults, most: int = 100) -> None:
        self.fake, self.faults, self.most = fake, faults, most
        self._running = 0
        self._numbers = itertools.count(1)

    async def pass_through(self, request: Request) -> Response:
        """One request; everything but waiting happens without a pause, so requests never mix."""
        if self.faults.maintenance:
            return _page(503)
        self._running += 1
        try:
            return await self._judged(request)
        except Problem as problem:
            return self._refusal(problem)
        except Cut:
            request.scope.get(_HANG_UP, lambda: None)()
            raise
        finally:
            self._running -= 1

    async def _judged(self, request: Request) -> Response:
        method, path = _method(request), request.url.path
        fault = self.faults.take(method, path)
        if self._running > self.most or (fault and fault.kind == "busy"):
            raise Problem(429, "GAIA_TO04", "busy")
        if len(str(request.url)) > LONGEST_URL:
            return Response("414 Request-URL Too Large", 414, media_type="text/plain")
        if fault and fault.kind == "latency" and fault.when == "before":
            await asyncio.sleep(fault.seconds)
        if fault and fault.when == "before":
            _fail(fault)
        asked = kintone.Arrival(method, path, dict(request.headers), await _parameters(request))
        answer = self.fake.answer(asked)
        if fault and fault.when == "after":
            if fault.kind == "latency":
                await asyncio.sleep(fault.seconds)
            _fail(fault)
        return self._told(answer)

    def _told(self, answer: Answer | Upload) -> Response:
        if isinstance(answer, Upload):
            content = base64.b64decode(answer.content)
            return Response(content, media_type=answer.content_type, headers=self._headers())
        return Response(_json(answer), media_type="application/json", headers=self._headers())

    def _refusal(self, problem: Problem) -> Response:
        if isinstance(problem, _Html):
            return _page(problem.status)
        headers = self._headers() | {"X-Cybozu-Error": problem.code}
        body = _json(problem.body(next(self._numbers)))
        return Response(body, problem.status, media_type="application/json", headers=headers)

    def _headers(self) -> dict[str, str]:
        running = str(self._running)
        return {"X-ConcurrencyLimit-Limit": str(self.most), "X-ConcurrencyLimit-Running": running}


class _Html(Problem):
    """A page for people where JSON was expected."""


def _fail(fault: Fault) -> None:
    match fault.kind:
        case "status":
            raise Problem(fault.status, "CB_FAILED", "failed")
        case "locked":
            raise Problem(400, "GAIA_DA02", "locked")
        case "html":
            raise _Html(fault.status, "", "failed")
        case "cut":
            raise Cut
        case "latency" | "busy":
            return


def _page(status: int) -> Response:
    return Response(MAINTENANCE, status, media_type="text/html; charset=utf-8")


def _json(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


def _method(request: Request) -> str:
    """The method that is meant: a POST may stand for another."""
    meant = request.headers.get("x-http-method-override", "")
    return meant if request.method == "POST" and meant in METHODS else request.method


async def _parameters(request: Request) -> dict[str, Any]:
    """Parameters of the URL, of a JSON body, or of a form with a file."""
    found = _of_url(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "multipart/form-data":
        file = (await request.form()).get("file")
        if isinstance(file, UploadFile):
            plain = file.content_type or "application/octet-stream"
            found["file"] = (file.filename or "", plain, await file.read())
        return found
    body = await request.body()
    if not body and kind == "application/json" and request.method == "GET":
        raise Problem(400, "CB_IL02", "illegal")
    if not body:
        return found
    if kind != "application/json":
        raise Problem(400, "CB_IL02", "illegal")
    try:
        read = json.loads(body)
    except ValueError:
        raise malformed() from None
    if not isinstance(read, dict):
        raise malformed()
    return found | read


def _of_url(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in request.query_params.multi_items():
        item = _ITEM.fullmatch(key)
        if item:
            found.setdefault(item[1], []).append(value)
        else:
            found[key] = value
    return found


class Cuttable:
    """The whole application for a server; where a connection is to be cut, it really is."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. uvicorn's `send` belongs to the request's cycle, which knows its connection."""
        connection = getattr(getattr(send, "__self__", None), "transport", None)
        if connection is not None:
            scope[_HANG_UP] = connection.abort
        try:
            await self._app(scope, receive, send)
        except Cut:
            if connection is None:
                raise
