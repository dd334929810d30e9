"""Sends alerts to the services that Apprise knows and that are reached over HTTP. Apprise writes the requests, and we send them."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Final, Self
from urllib.parse import unquote, urlsplit

import apprise
from apprise.plugins import NotifyBase
from pydantic import AfterValidator, SecretStr, model_validator

from firstwin.messages.message import AlertCard, Message
from firstwin.outbox.bucket import Flow
from firstwin.outbox.outcome import Policy
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown, not_taken
from firstwin.senders.detour import Detour, Outcome, Parcel
from firstwin.senders.http import Http
from firstwin.senders.plain_mail import paragraphs
from firstwin.senders.posting import Clock
from firstwin.senders.reaching import AllowPrivate, reach_of
from firstwin.senders.redact import Redactor, secrets_of_url
from firstwin.senders.settings import Secret, SenderSettings
from firstwin.senders.status import Reply, judge

GRACE: Final = 1.0  # seconds, for the plugin to read the last answer
MOST_HOSTS: Final = 8  # a service sends to one or two; no answer of it shall make us speak to ever more
KNOWN_AT: Final = "https://appriseit.com/services"
# One try, in this thread, without its advertising or anything on disk; when to try again is ours to say.
ASSET: Final = apprise.AppriseAsset(
    async_mode=False,
    service_timeout=0,
    http_redirects=False,
    app_id="Firstwin",
    app_desc="Firstwin",
    app_url="",
    image_url_mask="",
    image_url_logo="",
)

logging.getLogger("apprise").disabled = True  # it names whole addresses, which hold secrets


def plugin_of(url: str) -> NotifyBase | None:
    """What Apprise makes of an address; None if nothing."""
    plugin = apprise.Apprise.instantiate(url, asset=ASSET)
    if plugin is None:
        return None
    plugin.retry, plugin.optional = 0, False
    plugin.throttle = lambda *_, **__: None  # type: ignore[method-assign] # it would sleep; rates are kept by `rate`
    if "overflow_mode" not in vars(plugin):
        plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    return plugin


def _usable(url: SecretStr) -> SecretStr:
    plugin = plugin_of(url.get_secret_value())
    if plugin is None:
        raise ValueError(f"is not an address that Apprise can use; {KNOWN_AT} shows what they look like")
    if not hasattr(sys.modules[type(plugin).__module__], "requests"):
        raise ValueError(
            "names a service that is not reached over HTTP; only those can be kept out of private networks"
        )
    if len(plugin) != 1:
        raise ValueError(f"names {len(plugin)} targets; give each a sender of its own, as each may fail by itself")
    return url


AppriseUrl = Annotated[Secret, AfterValidator(_usable)]


class Apprise:
    takes: ClassVar[frozenset[type]] = frozenset({AlertCard})
    on_unknown: Policy = "retry"
    slots: ClassVar[int] = 4
    group: ClassVar[int] = 4
    flow: Flow = Flow(rate=1, ordered=True)

    class Settings(SenderSettings):
        """``url``: as Apprise writes it, with its tokens, so it is a secret. ``allow_private``: as for a webhook."""

        url: AppriseUrl
        allow_private: AllowPrivate = False

        @model_validator(mode="after")
        def _keeps_its_secret(self) -> Self:
            plugin = plugin_of(self.url.get_secret_value())
            scheme = self.url.get_secret_value().partition(":")[0].lower()
            if plugin and scheme in _names(plugin.protocol) and not self.allow_private:
                secure = " or ".join(f"{name}://" for name in _names(plugin.secure_protocol)) or "another service"
                raise ValueError(
                    f"url: begins with {scheme}://, which goes in the open; use {secure}, or for a server of your own "
                    "allow_private: [its network or name]"
                )
            return self

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        self.name = name
        self.on_unknown = settings.on_unknown or self.on_unknown
        self.flow = settings.flow(self.flow)
        self._settings = settings
        self._clock = clock
        self._url = settings.url.get_secret_value()
        self.redact = Redactor(_secrets(self._url))
        self._https: dict[tuple[str, str], Http] = {}

    async def send(self, message: Message) -> Answer:
        if not isinstance(message, AlertCard):
            return not_taken(self, message)
        loop = asyncio.get_running_loop()
        until = loop.time() + self._settings.deadline
        detour = Detour(loop, lambda parcel: self._carried(parcel, until))
        try:
            async with asyncio.timeout_at(until + GRACE):
                done = await asyncio.to_thread(self._notified, message, detour)
        except TimeoutError:
            return Unknown("no_answer", detail="Apprise did not come to an end.")
        finally:
            detour.close()
        return self._meant(detour, done=done)

    async def close(self) -> None:
        for http in self._https.values():
            await http.close()

    def _notified(self, card: AlertCard, detour: Detour) -> bool:
        """Whether Apprise takes it for sent."""
        title, *parts = paragraphs(card)
        service = apprise.Apprise(asset=ASSET)
        if plugin := plugin_of(self._url):
            service.add(plugin)
        with detour.taken():
            result = service.notify(
                title=title,
                body="\n\n".join(parts) or title,
                notify_type=apprise.NotifyType.WARNING,
                body_format=apprise.NotifyFormat.TEXT,
            )
        return bool(result)

    async def _carried(self, parcel: Parcel, until: float) -> Outcome:
        http = self._http(parcel.url)
        if http is None:
            return Refused("forbidden_address", detail=f"Apprise wanted to speak to more than {MOST_HOSTS} hosts.")
        try:
            async with asyncio.timeout_at(until):
                return await http.ask(parcel.method, parcel.url, parcel.headers, parcel.body)
        except TimeoutError:
            return Unknown("no_answer", detail=f"No answer came within {self._settings.deadline:g} s.")

    def _http(self, url: str) -> Http | None:
        parts = urlsplit(url)
        place = parts.scheme, parts.netloc
        if place not in self._https:
            if len(self._https) == MOST_HOSTS:
                return None
            self._https[place] = Http(
                url,
                deadline=self._settings.deadline,
                reach=reach_of(parts, self._settings.allow_private),
                redact=self.redact,
                ca_file=self._settings.ca_file,
            )
        return self._https[place]

    def _meant(self, detour: Detour, *, done: bool) -> Answer:
        """Apprise says yes or no; why not is told by the answers that it got."""
        answers = [self._judged(outcome) for outcome in detour.outcomes]
        if done and answers:
            return Accepted(detail=answers[-1].detail)
        if failed := [answer for answer in answers if not isinstance(answer, Accepted)]:
            return failed[-1]
        if answers:  # a good status, and a body in which the service says no
            return Retry("apprise_not_sent", detail=answers[-1].detail)
        if detour.strayed:
            return Refused("not_over_http", detail="Apprise wanted to reach this service by something other than HTTP.")
        return Refused("apprise_refused", detail="Apprise sent nothing. `apprise -vv` with this address tells why.")

    def _judged(self, outcome: Outcome) -> Answer:
        if not isinstance(outcome, Reply):
            return outcome
        return judge(outcome, now=datetime.fromtimestamp(self._clock(), UTC), redact=self.redact)


def _names(protocol: str | Iterable[str] | None) -> tuple[str, ...]:
    return (protocol,) if isinstance(protocol, str) else tuple(protocol or ())


def _secrets(url: str) -> set[str]:
    """All of an address: its tokens stand where others have a host, too."""
    parts = urlsplit(url)
    pieces = secrets_of_url(url) | {parts.netloc, parts.netloc.rpartition("@")[2]}
    words = {word for piece in pieces for word in piece.replace(":", "/").replace("@", "/").split("/")}
    return {form for piece in pieces | words for form in (piece, unquote(piece))}
