"""What the settings of all senders have in common. They come from firstwin.yaml, filled in from the environment."""

from __future__ import annotations

import os.path
import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from firstwin.outbox.bucket import Flow
from firstwin.senders.address import mailbox
from firstwin.senders.guard import Reach
from firstwin.senders.reaching import AllowPrivate, reach_of

SPACE_OR_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def _filled(secret: SecretStr) -> SecretStr:
    if not secret.get_secret_value():
        raise ValueError("is empty; is its environment variable set?")
    return secret


def _address(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        complete = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        complete = False
    if not complete or SPACE_OR_CONTROL.search(text):
        raise ValueError("is not a web address; it begins with https:// and names a host")
    return url


def _readable(path: Path) -> Path:
    if not os.path.isfile(path):  # noqa: PTH113 - asks, and never raises
        raise ValueError("is not a file that can be read")
    return path


def _one_address(text: str) -> str:
    if text and mailbox(text) is None:
        raise ValueError('is not exactly one address, such as "Acme <hello@example.com>"')
    return text


def _bare_address(text: str) -> str:
    if text and mailbox(text, named=False) is None:
        raise ValueError("is not exactly one address, such as hello@example.com")
    return text


Secret = Annotated[SecretStr, AfterValidator(_filled)]
Url = Annotated[SecretStr, AfterValidator(_filled), AfterValidator(_address)]
# Values from environment variables are texts, so numbers and yes/no may be written as such.
Port = Annotated[int, Field(strict=False, ge=1, le=65535)]
Seconds = Annotated[float, Field(strict=False, gt=0, le=20)]
PerSecond = Annotated[float, Field(strict=False, ge=0.01, le=10_000)]
YesNo = Annotated[bool, Field(strict=False)]
Address = Annotated[str, AfterValidator(_one_address)]
BareAddress = Annotated[str, AfterValidator(_bare_address)]
CaFile = Annotated[Path, Field(strict=False), AfterValidator(_readable)]


class SenderSettings(BaseModel):
    """``deadline``: seconds for one message, connecting and answer included. ``ca_file``: a further authority in PEM.

    ``on_unknown``: what to do with a message that may or may not have arrived, where that is not what the kind does.
    ``rate``: how many messages a second go there at most, from all processes together. ``ordered``: of two messages about
    the same account the older goes first.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)

    deadline: Seconds = 20.0
    on_unknown: Literal["retry", "park"] | None = None
    ca_file: CaFile | None = None
    rate: PerSecond | None = None
    ordered: YesNo | None = None

    def flow(self, of_its_kind: Flow) -> Flow:
        """How messages are let out, where the kind has its own ways and somebody may have set others."""
        ordered = of_its_kind.ordered if self.ordered is None else self.ordered
        return Flow(self.rate or of_its_kind.rate, ordered)


class WebSettings(SenderSettings):
    """``allow_private``: the private networks and hosts that the address may lead to; true: any of them."""

    url: Url
    allow_private: AllowPrivate = False

    def reach(self, url: str) -> Reach:
        return reach_of(urlsplit(url), self.allow_private)

    @model_validator(mode="after")
    def _keeps_its_secret(self) -> Self:
        """Over the internet no secret goes in the open."""
        if urlsplit(self.url.get_secret_value()).scheme != "https" and not self.allow_private:
            raise ValueError(
                "url: begins with http://; use https://, or for a server of your own allow_private: [its network or name]"
            )
        return self
