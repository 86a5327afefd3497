"""Webhooks: what is told of one record's change, at most sixty a minute in the whole domain."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from uketsuke.connectors.fake_kintone.call import Call
from uketsuke.connectors.fake_kintone.problem import say
from uketsuke.connectors.fake_kintone.rendering import entity, shown_record, stamp
from uketsuke.connectors.fake_kintone.state import App, Comment, Domain, Record

A_MINUTE = 60
"""Notifications of a domain in one minute; more are dropped, and only the audit log says so."""

Send = Callable[[str, dict[str, Any]], None]


class Webhooks:
    """Sends, holds back, or drops and records; `held` imitates a slow consumer."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._recent: deque[datetime] = deque()
        self.held = False
        self.waiting: list[tuple[str, dict[str, Any]]] = []

    def tell(self, domain: Domain, app: App, event: str, payload: dict[str, Any], now: datetime) -> None:
        """Tell every webhook of the app that listens to the event."""
        for hook in app.webhooks:
            if not hook.active or event not in hook.events:
                continue
            while self._recent and self._recent[0] <= now - timedelta(minutes=1):
                self._recent.popleft()
            if len(self._recent) >= A_MINUTE or len(self.waiting) >= A_MINUTE:
                domain.audit.append(_dropped(app, event, hook.url, payload))
                continue
            self._recent.append(now)
            if self.held:
                self.waiting.append((hook.url, payload))
            else:
                self._send(hook.url, payload)

    def release(self) -> None:
        """The slow consumer is back: everything that waits is sent."""
        self.held = False
        waiting, self.waiting = self.waiting, []
        for url, payload in waiting:
            self._send(url, payload)


def _dropped(app: App, event: str, url: str, payload: dict[str, Any]) -> dict[str, str]:
    return {
        "action": "Webhook notify",
        "result": "FAILED",
        "app": str(app.id),
        "notification": payload["id"],
        "event": event,
        "url": url,
        "message": say("webhook-full"),
    }


def tell_record(call: Call, app: App, record: Record, event: str) -> None:
    """ADD_RECORD, UPDATE_RECORD, UPDATE_STATUS."""
    if call.single:
        shown = shown_record(call.domain, app, record)
        title = shown.get(app.title_field, {}).get("value") or str(record.id)
        link = f"https://{call.domain.host}/k/{app.id}/show#record={record.id}"
        call.emit(app, event, _payload(app, event) | {"record": shown, "recordTitle": title, "url": link})


def tell_deleted(call: Call, app: App, record: Record) -> None:
    """DELETE_RECORD: the number only, and who did it."""
    by = {"deletedBy": entity(call.domain, call.caller.code), "deletedAt": stamp(call.now)}
    call.emit(app, "DELETE_RECORD", _payload(app, "DELETE_RECORD") | {"recordId": str(record.id)} | by)


def tell_comment(call: Call, app: App, record: Record, comment: Comment) -> None:
    """ADD_RECORD_COMMENT."""
    if call.single:
        link = f"https://{call.domain.host}/k/{app.id}/show#record={record.id}&comment={comment.id}"
        shown = {"recordId": str(record.id), "comment": shown_comment(call.domain, comment), "url": link}
        call.emit(app, "ADD_RECORD_COMMENT", _payload(app, "ADD_RECORD_COMMENT") | shown)


def shown_comment(domain: Domain, comment: Comment) -> dict[str, Any]:
    """A comment as the API and webhooks show it."""
    return {
        "id": str(comment.id),
        "text": comment.text,
        "createdAt": comment.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "creator": entity(domain, comment.creator),
        "mentions": comment.mentions,
    }


def _payload(app: App, event: str) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "type": event, "app": {"id": str(app.id), "name": app.name}}
