"""The one table of what an answer over HTTP, or the lack of one, means for a delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from firstwin.senders.connections import NotConnectedError
from firstwin.senders.contract import Accepted, Answer, Refused, Retry, Unknown
from firstwin.senders.exchange import BrokenAnswerError
from firstwin.senders.request import InvalidAddressError

LONGEST_WAIT = timedelta(days=7)  # every message has expired by then


@dataclass(frozen=True)
class Reply:
    """An answer that came. ``body`` is what was read of it: at most 20 kB, not redacted."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def judge(reply: Reply, *, now: datetime, redact: Callable[[str], str]) -> Answer:
    """What a status means. Senders whose bodies say more look at the body first."""
    status, detail = reply.status, redact(reply.body)
    reason = f"http_{status}"
    if 200 <= status < 300:  # noqa: PLR2004 - the classes of RFC 9110 §15
        return Accepted(detail=detail)
    if status == 429:  # noqa: PLR2004
        return Retry(reason, after=retry_after(reply, now), free=True, detail=detail)
    if status in {408, 425} or 500 <= status < 600:  # noqa: PLR2004
        return Retry(reason, after=retry_after(reply, now), detail=detail)
    if 300 <= status < 400:  # noqa: PLR2004
        return Refused(reason, detail="The server answers with a redirect, and redirects are not followed.")
    return Refused(reason, disable=status == 410, detail=detail)  # noqa: PLR2004


def retry_after(reply: Reply, now: datetime) -> timedelta | None:
    """RFC 9110 §10.2.3: seconds or a date. None where it is missing or nonsense."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=min(int(value), 10**9)), LONGEST_WAIT)
    until = _date(value)
    if until is None:
        return None
    # by the other side's own clock where it shows one: ours may be off
    wait = until - (_date(reply.headers.get("date", "")) or now)
    return min(wait, LONGEST_WAIT) if wait > timedelta() else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def judge_failure(failure: Exception, *, redact: Callable[[str], str]) -> Retry | Refused | Unknown:
    """What it means that there is no answer. Whatever may have arrived whole is unknown, not failed."""
    detail = redact(str(failure))
    match failure:
        case InvalidAddressError():
            return Refused("invalid_address", detail=detail)
        case NotConnectedError(reason="forbidden_address"):
            return Refused("forbidden_address", detail=detail)
        case NotConnectedError(reason=reason):
            return Retry(reason, detail=detail)
        case BrokenAnswerError():
            return Unknown("broken_answer", detail=detail)
        case _:
            return Unknown("connection_lost", detail=detail)
