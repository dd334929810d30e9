"""Finds the kinds of senders that are installed, and makes those that firstwin.yaml configures."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points, metadata
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ValidationError

from firstwin.senders.contract import Sender

GROUP = "firstwin.senders"


class SenderType(Protocol):
    """A class of senders: what its settings are, and how one is made of a name and them."""

    Settings: ClassVar[type[BaseModel]]

    def __call__(self, name: str, settings: Any) -> Sender: ...  # noqa: ANN401 - each kind takes its own Settings


class SendersError(Exception):
    """The senders in firstwin.yaml cannot be used. ``problems`` are sentences for whoever wrote them."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Prepared = tuple[SenderType, BaseModel]


@functools.cache
def sender_types() -> Mapping[str, EntryPoint]:
    """The installed kinds by the name that stands behind ``type:``. Looked up once: it takes some 15 ms."""
    return MappingProxyType({point.name: point for point in entry_points(group=GROUP)})


def check_settings(configured: Mapping[str, Mapping[str, object]]) -> tuple[str, ...]:
    """All that is wrong with these settings, in readable sentences. Opens no connection."""
    _, problems = _prepare(configured)
    return problems


def load_senders(configured: Mapping[str, Mapping[str, object]]) -> dict[str, Sender]:
    """The configured senders by their names. Opens no connection. Raises SendersError with all problems at once."""
    prepared, problems = _prepare(configured)
    if problems:
        raise SendersError(problems)
    return {name: kind(name, settings) for name, (kind, settings) in prepared.items()}


def _prepare(configured: Mapping[str, Mapping[str, object]]) -> tuple[dict[str, Prepared], tuple[str, ...]]:
    known = sender_types()
    prepared: dict[str, Prepared] = {}
    problems: list[str] = []
    for name, settings in configured.items():
        read = _read(name, settings, known)
        if isinstance(read, tuple):
            prepared[name] = read
        else:
            problems += read
    return prepared, tuple(problems)


def _read(name: str, settings: Mapping[str, object], known: Mapping[str, EntryPoint]) -> Prepared | list[str]:
    where = f"senders.{name}"
    kind = settings.get("type")
    if not isinstance(kind, str) or kind not in known:
        return [_unknown_type(where, kind, known)]
    try:
        sender_type: SenderType = known[kind].load()
    except (ImportError, AttributeError) as broken:
        return [f"{where}.type: {kind} can't be loaded: {broken}.{_how_to_install(kind, broken)}"]
    try:
        given = {key: value for key, value in settings.items() if key != "type"}
        return sender_type, sender_type.Settings.model_validate(given)
    except ValidationError as wrong:
        return list(_problems(where, sender_type.Settings, wrong))


def _how_to_install(kind: str, broken: ImportError | AttributeError) -> str:
    """Where what is missing is an extra of ours: it has the name of the kind."""
    extras = metadata("firstwin").get_all("Provides-Extra") or []
    is_missing = isinstance(broken, ModuleNotFoundError) and kind in extras
    return f" Install it: pip install 'firstwin[{kind}]'" if is_missing else ""


def _unknown_type(where: str, kind: object, known: Mapping[str, EntryPoint]) -> str:
    choice = f"The kinds are {', '.join(sorted(known))}."
    if kind is None:
        return f"{where}: has no type. {choice}"
    return f"{where}.type: there is no kind of sender called {kind}.{_suggestion(str(kind), known)} {choice}"


def _problems(where: str, settings: type[BaseModel], wrong: ValidationError) -> Iterator[str]:
    names = [field.alias or name for name, field in settings.model_fields.items()]
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        named = [part for part in error["loc"] if isinstance(part, str) and not part.startswith("[")]
        place = ".".join((where, *named))
        yield f"{place}: {_sentence({**error}, names)}"


def _sentence(error: Mapping[str, Any], names: list[str]) -> str:
    """Never with the value in it: it may be a secret."""
    match error["type"]:
        case "extra_forbidden":
            unknown = str(error["loc"][-1])
            options = names if len(error["loc"]) == 1 else []
            return f"unknown setting.{_suggestion(unknown, options)} There are {', '.join(['type', *names])}."
        case "missing":
            return "is missing."
        case _:
            sentence = str(error["msg"]).removeprefix("Value error, ")
            return sentence if sentence.endswith("?") else f"{sentence}."


def _suggestion(word: str, options: Mapping[str, object] | list[str]) -> str:
    close = get_close_matches(word, list(options), n=1)
    return f" Did you mean {close[0]}?" if close else ""
