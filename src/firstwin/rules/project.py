"""firstwin.yaml: what holds for the whole project. Pure: the values behind ``${NAME}`` are handed in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails

from firstwin.rules.bounces import Bounces
from firstwin.rules.caps import Caps
from firstwin.rules.documents import Document, Path, read_document
from firstwin.rules.names import Duration, identifier
from firstwin.rules.problems import Problem, did_you_mean, errors, nearest
from firstwin.rules.quiet_hours import QuietHours
from firstwin.rules.reading import read_word
from firstwin.rules.word import Word, refusal, refused_all, refused_at, shown

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
LOOKS_LIKE_ONE = re.compile(r"\$\{([^}]*)\}?|\$[A-Z][A-Z0-9_]*")
LONGEST_LINK, LONGEST_NAME = 1_000, 200  # characters
DAYS_3, DAY, MINUTE = timedelta(days=3), timedelta(days=1), timedelta(minutes=1)


class Filled(str):
    """A text that came from the environment: most likely a secret, so messages show what is ``written`` in the file."""

    written: str

    def __new__(cls, text: str, written: str) -> Self:
        filled = super().__new__(cls, text)
        filled.written = written
        return filled

    __slots__ = ("written",)


# ---- values ---------------------------------------------------------------------------------------------------------


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # which reads the whole folder each time


def _zone(value: object) -> str:
    if not isinstance(value, str) or value not in _zones():
        raise refusal(f"{shown(value)} is not a time zone.", _nearest_zone(str(value)))
    return value


def _nearest_zone(written: str) -> str:
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(_zones(), reverse=True)}
    zone = nearest(written, _zones()) or by_city.get(nearest(written, by_city) or "")
    return f"Did you mean `{zone}`?" if zone else "Write it like `Europe/Berlin`, or `UTC`."


def _link(value: object) -> str:
    if not isinstance(value, str) or not _leads_somewhere(value):
        raise refusal(
            f"{shown(value)} is not a link.", "Write it like `https://app.example.com/accounts/{account_id}`."
        )
    if set(re.findall(r"\{([^}]*)\}", value)) - {"account_id"}:
        raise refusal(
            "Only `{account_id}` is filled in here.", "Write `https://app.example.com/accounts/{account_id}`."
        )
    return value


def _leads_somewhere(link: str) -> bool:
    """Whether a mail may hold it: a host, no name or password before it, and nothing that is not seen."""
    if not re.match(r"https?://\S+$", link) or not link.isprintable() or len(link) > LONGEST_LINK:
        return False
    try:
        parts = urlsplit(link)
        return bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        return False


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise refusal(f"{shown(value)} is not a text.", "Write a text; put a number in quotes.")
    if not value.strip() or not value.isprintable() or len(value) > LONGEST_NAME:
        raise refusal(
            f"{shown(value)} is not a name that a mail can show.",
            f"Write one line of at most {LONGEST_NAME} characters.",
        )
    return value


def _number_of_messages(value: object) -> int:
    text = str(value) if not isinstance(value, bool) else ""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise refusal(f"{shown(value)} is not a number of messages.", "Write it like `1000`.")
    return int(text)


def _go_live(value: object) -> str:
    if value in ("at_once", "by_plan"):
        return str(value)
    suggestion = "Write `go_live: by_plan` to let only applied rules run; else leave the line out."
    raise refusal(f"{shown(value)} is not a way to go live.", suggestion)


GoLive = Annotated[
    Literal["at_once", "by_plan"],
    PlainValidator(_go_live),
    WithJsonSchema({"type": "string", "enum": ["at_once", "by_plan"]}),
]
Zone = Annotated[str, PlainValidator(_zone), WithJsonSchema({"type": "string"})]
Link = Annotated[str, PlainValidator(_link), WithJsonSchema({"type": "string"})]
Name = Annotated[str, PlainValidator(_name), WithJsonSchema({"type": "string"})]
Messages = Annotated[int, PlainValidator(_number_of_messages), WithJsonSchema({"type": "integer", "minimum": 0})]
SenderName = Annotated[str, PlainValidator(identifier("a sender")), WithJsonSchema({"type": "string"})]


# ---- parts ----------------------------------------------------------------------------------------------------------


class Part(Word):
    """A part of firstwin.yaml. A key without a value is left out."""

    empty_is_left_out: ClassVar[bool] = True


class Mail(Part):
    """Which sender carries mail to customers, and what stands in its head."""

    sender: SenderName = "mail"
    from_: str = Field(default="", alias="from")
    reply_to: str = ""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)
    called: ClassVar[str] = "`mail`"


class Sender(Part):
    """One way out. ``settings`` are the sender's own, and may hold secrets, so they are never shown."""

    type: str
    settings: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    called: ClassVar[str] = "A sender"
    needed: ClassVar[Mapping[str, str]] = {"type": "Write what kind it is: `type: smtp`, `slack` or `webhook`."}


def _own_settings(value: object) -> object:
    """Everything but the type is the sender's own business."""
    if not isinstance(value, Mapping) or "settings" in value:
        return value
    settings = {key: setting for key, setting in value.items() if key != "type" and setting is not None}
    return {**({"type": value["type"]} if value.get("type") else {}), "settings": settings}


class Csm(Part):
    """Who gets what goes to `csm`: the sender of the account's own CSM, or else the fallback.

    ``zones`` are the time zones of CSMs by name; for one who is not named the project's holds.
    """

    fallback: SenderName | None = None
    by_name: Mapping[str, SenderName] = Field(default_factory=dict)
    zones: Mapping[str, Zone] = Field(default_factory=dict)

    called: ClassVar[str] = "`csm`"

    @property
    def destinations(self) -> frozenset[str]:
        """The senders of all of them, and the fallback."""
        return frozenset(filter(None, (self.fallback, *self.by_name.values())))


class ExpiresAfter(Part):
    """How late a message may be, by channel."""

    email: Duration = DAYS_3
    alert: Duration = DAY
    webhook: Duration = DAYS_3

    called: ClassVar[str] = "`expires_after`"


class RedirectTo(Part):
    """A staging system: every mail goes to one address, every alert and webhook to one sender."""

    email: str | None = None
    alert: SenderName | None = None
    webhook: SenderName | None = None

    called: ClassVar[str] = "`redirect_to`"


class Project(Part):
    name: Name
    zone: Zone = "UTC"
    link: Link | None = None
    account_link: Link | None = None
    postal_address: str = ""
    mail: Mail | None = None
    senders: Mapping[SenderName, Annotated[Sender, BeforeValidator(_own_settings)]] = Field(default_factory=dict)
    csm: Csm = Csm()
    expires_after: ExpiresAfter = ExpiresAfter()
    grace: Duration = DAY
    tick_every: Duration = MINUTE
    go_live: GoLive = "at_once"
    posthog_group: str = "company"
    daily_cap: Messages = 1000
    quiet_hours: QuietHours | None = None
    caps: Caps = Caps()
    redirect_to: RedirectTo | None = None
    ops: SenderName | None = None
    bounces: Bounces = Bounces()
    classes: Mapping[str, str] = Field(default_factory=dict)
    labels: Mapping[str, str] = Field(default_factory=dict)

    called: ClassVar[str] = "firstwin.yaml"
    needed: ClassVar[Mapping[str, str]] = {"name": "Write the name of your product, as customers know it."}
    shape: ClassVar[str] = "It begins with `name:`, then `senders:` and the rest, each in a line of its own."

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @model_validator(mode="after")
    def _csms_are_named(self) -> Self:
        if self.caps.csm and not self.csm.destinations:
            suggestion = "Say where their alerts go: `csm: {fallback: …, by_name: {anna: …}}`."
            message = "No alert goes to a CSM, as `csm:` names none."
            raise refused_all([refused_at("caps", "csm", message=message, suggestion=suggestion, at="key")])
        return self

    @model_validator(mode="after")
    def _senders_are_declared(self) -> Self:
        nobody = [name for name in self.csm.zones if name not in self.csm.by_name]
        if nobody:
            raise refused_all([self._no_csm(name) for name in nobody])
        unknown = [(path, name) for path, name in self._named_senders() if name not in self.senders]
        if unknown:
            raise refused_all([self._undeclared(path, name) for path, name in unknown])
        return self

    def _named_senders(self) -> Iterator[tuple[Path, str]]:
        if self.mail:
            yield ("mail", "sender"), self.mail.sender
        if self.ops:
            yield ("ops",), self.ops
        if self.csm.fallback:
            yield ("csm", "fallback"), self.csm.fallback
        yield from ((("csm", "by_name", who), sender) for who, sender in self.csm.by_name.items())
        for channel in ("alert", "webhook"):
            name = getattr(self.redirect_to, channel, None)
            if name:
                yield ("redirect_to", channel), name

    def _no_csm(self, name: str) -> InitErrorDetails:
        suggestion = did_you_mean(name, self.csm.by_name) or f"Name who it is: `by_name: {{{name}: …}}`."
        message = f"`by_name` has no CSM called `{name}`."
        return refused_at("csm", "zones", name, message=message, suggestion=suggestion, at="key")

    def _undeclared(self, path: Path, name: str) -> InitErrorDetails:
        suggestion = did_you_mean(name, self.senders) or f"Declare it: `senders: {{{name}: {{type: …}}}}`."
        return refused_at(*path, message=f"No sender is called `{name}`.", suggestion=suggestion)


# ---- reading --------------------------------------------------------------------------------------------------------


def parse_project(
    content: bytes, environment: Mapping[str, str], file: str = "firstwin.yaml"
) -> tuple[Project | None, tuple[Problem, ...]]:
    """The project that the file describes, its ``${NAME}`` filled in; None if it has an error."""
    document, problems = read_document(file, content)
    if document is None:
        return None, problems
    filling = _Filling(document, environment)
    filled = Document(
        file, filling.fill(document.data, ()), document.source, document.keys, document.values, document.unquoted
    )
    read = read_word(Project, filled, lambda path: path[:1])
    found = tuple(sorted({*problems, *filling.problems, *read.problems}))
    return (None if errors(found) else read.word), found


class _Filling:
    """Puts the environment's values in place of their names."""

    def __init__(self, document: Document, environment: Mapping[str, str]) -> None:
        self.document = document
        self.environment = environment
        self.problems: list[Problem] = []

    def fill(self, data: Any, path: Path) -> Any:  # noqa: ANN401 - plain data of any shape
        match data:
            case dict():
                return {key: self.fill(value, (*path, key)) for key, value in data.items()}
            case list():
                return [self.fill(value, (*path, index)) for index, value in enumerate(data)]
            case str() if "$" in data:
                return self._filled(data, path)
            case _:
                return data

    def _filled(self, text: str, path: Path) -> str:
        for name in PLACEHOLDER.findall(text):
            if not self.environment.get(name):
                self._missing(name, path)
        for found in LOOKS_LIKE_ONE.finditer(PLACEHOLDER.sub("", text)):
            self._misspelt(found[0], path)
        if not PLACEHOLDER.search(text):
            return text
        return Filled(PLACEHOLDER.sub(lambda found: self.environment.get(found[1], found[0]), text), text)

    def _missing(self, name: str, path: Path) -> None:
        message = f"The environment variable `{name}` is not set."
        self._tell(message, f"Set it, for example in a file `.env` beside firstwin.yaml: `{name}=…`.", path)

    def _misspelt(self, text: str, path: Path) -> None:
        self._tell(f"`{text}` is not a placeholder.", "Write `${NAME}`, with a name of letters, digits and `_`.", path)

    def _tell(self, message: str, suggestion: str, path: Path) -> None:
        place = self.document.place(path)
        self.problems.append(Problem(self.document.file, place.line, place.column, message, suggestion))
