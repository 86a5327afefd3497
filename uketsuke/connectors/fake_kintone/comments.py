"""Comments on records: at most ten are read at once, and a comment does not change the revision."""

from __future__ import annotations

from typing import Any

from uketsuke.connectors.fake_kintone.call import Answer, Call, require, shaped
from uketsuke.connectors.fake_kintone.problem import Problem, invalid, lacking, say
from uketsuke.connectors.fake_kintone.state import Comment
from uketsuke.connectors.fake_kintone.webhooks import shown_comment, tell_comment

MOST_COMMENTS, LONGEST, MOST_MENTIONS = 10, 65_535, 10


def get_comments(call: Call) -> Answer:
    """`GET /k/v1/record/comments.json`, newest first unless asked otherwise."""
    app = call.app("view")
    comments = list(call.record(app, "record").comments)
    order = call.params.get("order", "desc")
    if order not in ("asc", "desc"):
        raise invalid({"order": [say("enum")]})
    limit = call.optional_number("limit")
    limit = MOST_COMMENTS if limit is None else limit
    if limit > MOST_COMMENTS:
        raise invalid({"limit": [say("between", low=0, high=MOST_COMMENTS)]})
    offset = call.optional_number("offset") or 0
    if order == "desc":
        comments.reverse()
    page = comments[offset : offset + limit]
    return {
        "comments": [shown_comment(call.domain, one) for one in page],
        "older": len(comments) > offset + limit if order == "desc" else offset > 0,
        "newer": offset > 0 if order == "desc" else len(comments) > offset + limit,
    }


def add_comment(call: Call) -> Answer:
    """`POST /k/v1/record/comment.json`; who is mentioned stands before the text."""
    app = call.app("view")
    record = call.record(app, "record")
    given = shaped(call.params.get("comment"))
    text, mentions = given.get("text"), given.get("mentions") or []
    if not isinstance(text, str) or not text:
        raise lacking("comment.text")
    if len(text) > LONGEST:
        raise invalid({"comment.text": [say("longer", length=LONGEST + 1)]})
    if len(mentions) > MOST_MENTIONS:
        raise invalid({"comment.mentions": [say("between", low=0, high=MOST_MENTIONS)]})
    named = [_mention(call, shaped(one)) for one in mentions]
    app.last_comment += 1
    before = "".join(f"{call.domain.name_of(one['code'])} " for one in named)
    comment = Comment(
        id=app.last_comment,
        text=f"{before}\n{text}" if named else text,
        creator=call.caller.code,
        created_at=call.now,
        mentions=named,
    )
    app.records[record.id] = record.model_copy(update={"comments": (*record.comments, comment)})
    tell_comment(call, app, record, comment)
    return {"id": str(comment.id)}


def delete_comment(call: Call) -> Answer:
    """`DELETE /k/v1/record/comment.json`: one's own only."""
    app = call.app("view")
    record = call.record(app, "record")
    number = call.number("comment")
    found = next((one for one in record.comments if one.id == number), None)
    if found is None:
        raise Problem(400, "GAIA_RE02", "no-comment")
    if found.creator != call.caller.code:
        require(call.caller, app, "manage")
    left = tuple(one for one in record.comments if one.id != number)
    app.records[record.id] = record.model_copy(update={"comments": left})
    return {}


def _mention(call: Call, one: dict[str, Any]) -> dict[str, str]:
    if one.get("type") not in ("USER", "GROUP", "ORGANIZATION"):
        raise invalid({"comment.mentions.type": [say("enum")]})
    if one.get("code") not in call.domain.codes(one["type"]):
        raise Problem(400, "GAIA_UN03", "no-user", code=one.get("code"))
    return {"code": one["code"], "type": one["type"]}
