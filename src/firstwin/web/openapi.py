"""The description of the site in OpenAPI 3.1, for SDKs, gateways and people: served at ``/openapi.json``."""

from __future__ import annotations

from typing import Any, Final, get_args

from firstwin.facts.segment import DEEPEST, LARGEST, LONGEST_ID
from firstwin.outbox.choices import Choice
from firstwin.outbox.way_out import ONE_CLICK
from firstwin.rules.bounces import Bounces
from firstwin.web.ingest import KINDS, LARGEST_BATCH, MOST_MESSAGES, MOST_REPEATED

Json = dict[str, Any]

NO_NUL: Final = "^[^\\u0000]*$"
ID: Final[Json] = {
    "anyOf": [{"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": NO_NUL}, {"type": "integer"}]
}
COMMON: Final[Json] = {
    "messageId": {
        "anyOf": [{"type": "string", "maxLength": LONGEST_ID, "pattern": NO_NUL}, {"type": ["integer", "null"]}],
        "description": "The same id is stored once: the first wins. Without it a message is told from a repetition by what it says and when.",
    },
    "timestamp": {
        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
        "description": "When it happened; without it, now. Before 2000 or more than a day ahead it is refused.",
    },
    "context": {"description": "`groupId` names the account."},
    "sentAt": {"description": "What the sender's clock said: a wrong clock is corrected by it."},
}
OWN: Final[dict[str, Json]] = {
    "track": {"event": ID, "properties": {"type": ["object", "null"]}},
    "identify": {"traits": {"type": ["object", "null"]}},
    "group": {"groupId": ID, "traits": {"type": ["object", "null"]}},
    "alias": {"previousId": ID},
    "page": {"name": {}, "category": {}, "properties": {"type": ["object", "null"]}},
    "screen": {"name": {}, "category": {}, "properties": {"type": ["object", "null"]}},
}
NEEDED: Final = {"track": ["event"], "group": ["groupId"], "alias": ["previousId"]}

REJECTED: Final[Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["index", "messageId", "reason"],
        "properties": {
            "index": {"type": ["integer", "null"], "description": "Its place in the batch, from 0 on."},
            "messageId": {"type": ["string", "null"]},
            "reason": {"type": "string"},
        },
    },
}
TAKEN: Final[Json] = {
    "type": "object",
    "required": ["success"],
    "properties": {"success": {"const": True}, "rejected": REJECTED},
}
REFUSED: Final[Json] = {
    "type": "object",
    "required": ["success", "code", "message"],
    "properties": {
        "success": {"const": False},
        "code": {"type": "string"},
        "message": {"type": "string"},
        "rejected": REJECTED,
    },
}
WHY: Final = {
    "400": f"It is not JSON, holds more than {MOST_MESSAGES} messages, or none that can be taken; `rejected` says why.",
    "401": "The write key is not known, or none was sent.",
    "408": "The body did not come in time.",
    "413": f"It is larger than {LARGEST_BATCH // 1000} kB, or than {MOST_REPEATED // 1000:,} kB with the context of the batch in each message.",
    "415": "Its Content-Encoding is neither gzip nor none.",
    "429": "The source sends more than it may.",
    "503": "The database can't be reached, and nothing was stored.",
}
WAITS: Final = {"429", "503"}


def openapi() -> Json:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Firstwin",
            "version": "1",
            "description": "Takes messages of the Segment spec and PostHog's events. A 2xx is given once they are stored."
            f" A message may have {LARGEST // 1024} kB and be nested {DEEPEST} levels deep.",
        },
        "security": [{"writeKey": []}],
        "paths": {
            "/v1/batch": _post("batch", "Many messages.", _batch()),
            **{f"/v1/{kind}": _post(kind, f"One {kind} message.", _message(kind)) for kind in KINDS},
            "/batch/": _post("posthog", "PostHog's events; the write key may stand in `api_key`.", _batch()),
            "/hooks/{provider}": {"post": _hook()},
            "/u/{token}": {"parameters": [_in_path("token", {"type": "string"})], "get": _look(), "post": _choose()},
            "/healthz": {"get": _health()},
        },
        "components": {
            "securitySchemes": {
                "writeKey": {"type": "http", "scheme": "basic", "description": "The write key as user, no password."}
            },
            "schemas": {"Taken": TAKEN, "Refused": REFUSED},
        },
    }


def _post(name: str, summary: str, body: Json) -> Json:
    taken = {"description": "Stored, but for those that `rejected` names.", "content": _json("Taken")}
    refused = {code: _refusal(code, why) for code, why in WHY.items()}
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {"200": taken, **refused},
        }
    }


def _refusal(code: str, why: str) -> Json:
    wait = {"Retry-After": {"required": True, "schema": {"type": "integer"}, "description": "Seconds."}}
    return {"description": why, "content": _json("Refused"), **({"headers": wait} if code in WAITS else {})}


def _json(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _batch() -> Json:
    """Any message: one that can't be taken is told, and stops no other."""
    return {
        "type": "object",
        "required": ["batch"],
        "properties": {"batch": {"type": "array", "maxItems": MOST_MESSAGES, "items": {}}, "sentAt": {}},
    }


def _message(kind: str) -> Json:
    said = {"type": "object", "properties": {**COMMON, "userId": _maybe(ID), "anonymousId": {}, **OWN[kind]}}
    needed = {"required": NEEDED[kind]} if kind in NEEDED else {}
    whose = (
        []
        if kind == "group"
        else [{"required": [name], "properties": {name: ID}} for name in ("userId", "anonymousId")]
    )
    return said | needed | ({"anyOf": whose} if whose else {})


def _maybe(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}, {"const": ""}]}


def _hook() -> Json:
    """What is not signed as the provider signs is refused, so that its body need not be described here."""
    new = {**TAKEN, "properties": {"success": {"const": True}, "new": {"type": "integer", "minimum": 0}}}
    why = {
        "400": "It is signed, and not what this provider tells.",
        "401": "It is not signed, or its login is wrong.",
        "403": "Its signature does not fit, is too old or was used, or it comes from elsewhere.",
        "404": "firstwin.yaml names no such provider.",
        **{code: WHY[code] for code in ("408", "413", "503")},
    }
    return {
        "operationId": "hook",
        "summary": "A mail provider tells of bounces and complaints.",
        "security": [],
        "parameters": [_in_path("provider", {"enum": sorted(Bounces.model_fields)})],
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": {
            "200": {"description": "Heard, `new` events of it.", "content": {"application/json": {"schema": new}}},
            **{code: {"description": says, "content": _json("Refused")} for code, says in why.items()},
        },
    }


def _look() -> Json:
    return {
        "operationId": "unsubscribe",
        "summary": "The page that a mail's unsubscribe link leads to. Looking at it changes nothing.",
        "security": [],
        "responses": {
            "200": _page("What there is to choose."),
            "404": _page("The link is nobody's."),
            "503": _refusal("503", WHY["503"]),
        },
    }


def _choose() -> Json:
    """Fields as a form brings them (RFC 8058 §3.2)."""
    choice = {
        "type": "object",
        "properties": {"choice": {"enum": list(get_args(Choice))}, ONE_CLICK[0]: {"const": ONE_CLICK[1]}},
    }
    forms = ("application/x-www-form-urlencoded", "multipart/form-data")
    refused = {code: _refusal(code, WHY[code]) for code in ("408", "413", "503")}
    return {
        "operationId": "choose",
        "summary": "Unsubscribes: by the page, or by one click in a mail program.",
        "security": [],
        "requestBody": {"content": {form: {"schema": choice} for form in forms}},
        "responses": {
            "200": _page("What holds now."),
            "400": _page("Nothing was chosen, and nothing changed."),
            "404": _page("The link is nobody's, and nothing changed."),
            **refused,
        },
    }


def _page(what: str) -> Json:
    """A path that is none at all is refused in JSON."""
    return {"description": what, "content": {"text/html": {"schema": {"type": "string"}}, **_json("Refused")}}


def _in_path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _health() -> Json:
    return {
        "operationId": "health",
        "summary": "That the process answers.",
        "security": [],
        "responses": {"200": {"description": "It does.", "content": _json("Taken")}},
    }
