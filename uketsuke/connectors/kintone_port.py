"""The one module that knows httpx2: calls of a kintone's REST API, each answered, refused, or in doubt.

What comes back as an error carries facts (status, kintone's code and id, the fields it names) and never
a value of a record, nor kintone's own words, which quote them. It is decided by status first: kintone
publishes no list of its codes (docs/decisions/0007-what-our-kintone-enforces.md).
"""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, NoReturn, Self

import httpx2

from uketsuke.boundary import outside
from uketsuke.errors import ConfigurationError, Conflict, Refused, TryLater, UnknownOutcome
from uketsuke.systems import KintoneSite

Method = Literal["GET", "POST", "PUT", "DELETE"]
PEER = "kintone"
LATER = frozenset({"GAIA_DA02", "GAIA_RE18", "GAIA_TM12", "GAIA_TO04"})
"""Locked, locked, ten cursors already, too many at once: nothing was done, and it may be tried again."""
_STALE = "GAIA_CO02"
_APPLICATION = 520
"""What kintone answered instead of 4xx in earlier years, and may again; then it says its code."""
_NEVER_LEFT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
"""Nothing was sent: even a call that writes may be repeated."""


@dataclass(frozen=True)
class Facts:
    """What is known of an answer that was no success; none of it comes out of a record."""

    status: int | None = None
    code: str = ""
    id: str = ""
    """The number of the error, for the maker's support."""
    fields: tuple[str, ...] = ()
    """Keys such as `record.氏名.value`, without what stood there."""

    def __str__(self) -> str:
        named = (str(self.status or ""), self.code, self.id, *self.fields)
        return " ".join(part for part in named if part)


class KintoneLater(TryLater):
    """kintone did not do it, and may do it later."""

    def __init__(self, reason: str, facts: Facts) -> None:
        self.facts = facts
        super().__init__(PEER, f"{reason}: {facts}".rstrip(": "))


class KintoneRefused(Refused):
    """kintone said no; nothing was written."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        super().__init__(PEER, str(facts))


class KintoneConflict(Conflict):
    """The record is at another revision than expected; nothing was written."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        super().__init__(PEER, str(facts))


class KintoneUnknown(UnknownOutcome):
    """It was to be written, and nobody knows whether it was: look before acting again."""

    def __init__(self, reason: str, facts: Facts) -> None:
        self.facts = facts
        super().__init__(PEER, f"{reason}: {facts}".rstrip(": "))


class KintonePort:
    """Calls one kintone; may be used by several threads, of which `at_once` call at the same time."""

    def __init__(self, site: KintoneSite) -> None:
        self._site = site
        self._free = threading.BoundedSemaphore(site.at_once)
        proxy = site.proxy.get_secret_value() if site.proxy else None
        self._client = httpx2.Client(
            base_url=site.url,
            timeout=site.timeout_seconds,
            verify=_trusted(site),
            proxy=proxy,
            trust_env=False,
            follow_redirects=False,
            # A connection that the other side has just closed would put a write in doubt.
            limits=httpx2.Limits(max_connections=site.at_once, max_keepalive_connections=0),
        )

    def read(self, path: str, params: Mapping[str, Any], *, app: int | None = None) -> dict[str, Any]:
        """Ask; parameters go in the body, so that no value of a record stands in a URL or a proxy's log."""
        headers = self._identity(app) | {"X-HTTP-Method-Override": "GET"}
        return self._call("POST", path, params, headers, writes=False)

    def open(self, path: str, params: Mapping[str, Any], *, app: int | None = None) -> dict[str, Any]:
        """Make something that only reading needs; one that is made and lost ends by itself."""
        return self._call("POST", path, params, self._identity(app), writes=False)

    def write(
        self, method: Method, path: str, params: Mapping[str, Any], *, app: int | None = None
    ) -> dict[str, Any]:
        """Change; raises `KintoneUnknown` where it may have happened."""
        return self._call(method, path, params, self._identity(app), writes=True)

    def odd(self, writes: bool) -> NoReturn:
        """An answer of success that is not what kintone answers."""
        _in_doubt("odd-answer", Facts(), writes)

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _identity(self, app: int | None) -> dict[str, str]:
        """The app's token where there is one, the password otherwise."""
        token = self._site.tokens.get(app) if app is not None else None
        if token is not None:
            return {"X-Cybozu-API-Token": token.get_secret_value()}
        if not self._site.user:
            raise ConfigurationError((f"kintone: no token for app {app}, and no user",))
        pair = f"{self._site.user}:{self._site.password.get_secret_value()}"
        return {"X-Cybozu-Authorization": base64.b64encode(pair.encode()).decode()}

    def _call(
        self,
        method: Method,
        path: str,
        params: Mapping[str, Any],
        headers: Mapping[str, str],
        *,
        writes: bool,
    ) -> dict[str, Any]:
        try:
            with self._free, outside("kintone.write" if writes else "kintone.read"):
                answer = self._client.request(method, path, json=dict(params), headers=dict(headers))
        except _NEVER_LEFT as error:
            raise KintoneLater(_cause(error), Facts()) from None
        except httpx2.HTTPError as error:
            _in_doubt(type(error).__name__, Facts(), writes)
        return _judged(answer, writes)


def _trusted(site: KintoneSite) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=site.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError((f"kintone.ca_file {site.ca_file}: {error.strerror or error}",)) from None


def _judged(answer: httpx2.Response, writes: bool) -> dict[str, Any]:
    """The answer's JSON, or the error that it is."""
    body = _json(answer)
    if answer.is_success:
        if body is None:
            _in_doubt("odd-answer", Facts(answer.status_code), writes)
        return body
    facts = _facts(answer.status_code, body or {})
    if answer.status_code == 429 or facts.code in LATER:
        raise KintoneLater("busy", facts)
    if answer.status_code == 409 or facts.code == _STALE:
        raise KintoneConflict(facts)
    said_no = answer.status_code == _APPLICATION and facts.code
    if answer.status_code < 500 or answer.status_code == 501 or said_no:
        raise KintoneRefused(facts)
    _in_doubt("broken", facts, writes)


def _in_doubt(reason: str, facts: Facts, writes: bool) -> NoReturn:
    """Nobody knows: what only reads may be repeated, what writes must be looked after."""
    if writes:
        raise KintoneUnknown(reason, facts) from None
    raise KintoneLater(reason, facts) from None


def _json(answer: httpx2.Response) -> dict[str, Any] | None:
    """The object that it holds; None for a page for people and everything else."""
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _facts(status: int, body: Mapping[str, Any]) -> Facts:
    """Of several requests in one it is the one that failed."""
    results = body.get("results")
    if isinstance(results, list):
        body = next((one for one in results if isinstance(one, dict) and one.get("code")), body)
    errors = body.get("errors")
    fields = tuple(errors) if isinstance(errors, dict) else ()
    return Facts(status, str(body.get("code", "")), str(body.get("id", "")), fields)


def _cause(error: Exception) -> str:
    if "certificate verify failed" in str(error).lower():
        return "certificate"
    return type(error).__name__
