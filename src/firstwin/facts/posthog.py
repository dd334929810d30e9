"""Turns PostHog's events into messages of the Segment spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

PAGES: Final = {"$pageview": "page", "$screen": "screen"}
PERSON: Final = {"$identify", "$set", "$set_once"}  # events that only tell of a person
NOISE: Final = {"$feature_flag_called", "$pageleave", "$autocapture", "$web_vitals", "$heatmap"}

Document = dict[str, Any]


def messages(event: object, group_type: str) -> Iterator[object]:
    """The messages that one event stands for, none for PostHog's own machinery. ``group_type`` is what is an account.

    What is no PostHog event at all is handed on as it is: reading it will say why it can't be taken.
    """
    if not isinstance(event, dict) or not isinstance(event.get("event"), str):
        yield event
        return
    if event["event"] in NOISE:
        return
    props = event.get("properties")
    props = props if isinstance(props, dict) else {}
    yield from _aliases(event, props)
    yield from _traits(event, props)
    yield from _own(event, props, group_type)


def _aliases(event: Document, props: Document) -> Iterator[Document]:
    if event["event"] == "$create_alias":
        yield _message(event, "", type="alias", userId=props.get("alias"), previousId=_who(event, props))
    elif event["event"] == "$identify" and props.get("$anon_distinct_id"):
        yield _message(event, ":alias", type="alias", userId=_who(event, props), previousId=props["$anon_distinct_id"])


def _traits(event: Document, props: Document) -> Iterator[Document]:
    """What ``$set`` says, which may come with any event. What ``$set_once`` says is taken as said."""
    said = [
        part for key in ("$set_once", "$set") for part in (event.get(key), props.get(key)) if isinstance(part, dict)
    ]
    if not said and event["event"] != "$identify":
        return
    traits = {name: value for part in said for name, value in part.items()}
    suffix = "" if event["event"] in PERSON else ":set"
    yield _message(event, suffix, type="identify", userId=_who(event, props), traits=traits)


def _own(event: Document, props: Document, group_type: str) -> Iterator[Document]:
    name = event["event"]
    if name == "$groupidentify":
        if props.get("$group_type") == group_type:
            yield _message(event, "", type="group", groupId=props.get("$group_key"), traits=props.get("$group_set"))
    elif name not in PERSON and name != "$create_alias":
        groups = props.get("$groups")
        account = groups.get(group_type) if isinstance(groups, Mapping) else None
        more = {"context": {"groupId": account}} if account is not None else {}
        kind = PAGES.get(name, "track")
        yield _message(event, "", type=kind, event=name, userId=_who(event, props), properties=_plain(props), **more)


def _who(event: Document, props: Document) -> Any:  # noqa: ANN401 - whatever JSON holds
    return event.get("distinct_id") or props.get("distinct_id")


def _message(event: Document, suffix: str, /, **said: Any) -> Document:  # noqa: ANN401 - whatever JSON holds
    """Whatever stands for one event has an id made of the event's."""
    uuid = event.get("uuid") or event.get("messageId")
    named = {"messageId": f"{uuid}{suffix}" if type(uuid) in {str, int} else uuid}
    return {**named, "timestamp": event.get("timestamp"), **said}


def _plain(props: Document) -> Document:
    """Without what PostHog adds for itself."""
    return {name: value for name, value in props.items() if not name.startswith("$")}
