"""The one table of what an SMTP server's answer, or the lack of one, means for a delivery."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPConnectResponseError,
    SMTPHeloError,
    SMTPResponse,
    SMTPResponseException,
)

from firstwin.senders.contract import Accepted, Refused, Retry, Unknown
from firstwin.senders.smtp_connection import CannotSecure, Trip

Redact = Callable[[str], str]

# RFC 4954 §6: the server wants a login, or another one. The settings are wrong, not this mail.
LOGIN_CODES = {530, 534, 535, 538}


def judge_answer(answer: SMTPResponse, message_id: str, redact: Redact) -> Accepted | Retry | Refused | Unknown:
    """What the answer to a whole mail means, after its final dot."""
    detail = redact(f"{answer.code} {answer.message}")
    match answer.code // 100:
        case 2:
            return Accepted(provider_id=message_id, detail=detail)
        case 4:
            return Retry(f"smtp_{answer.code}", detail=detail)
        case 5:
            return Refused(f"smtp_{answer.code}", detail=detail)
        case _:
            return Unknown("broken_answer", detail=detail)


def judge_failure(failure: Exception, trip: Trip, redact: Redact) -> Retry | Refused | Unknown:
    """What it means that there is no answer to the whole mail."""
    detail = redact(_told(failure))
    if trip.dotted:
        return Unknown("broken_answer" if isinstance(failure, SMTPResponseException) else "no_answer", detail=detail)
    if isinstance(failure, SMTPResponseException):
        return _judge_refusal(failure, detail)
    return Retry(_network_reason(failure), detail=detail)


def _judge_refusal(refusal: SMTPResponseException, detail: str) -> Retry | Refused:
    """A 5xx to this mail is for good; one to the greeting or the login says nothing about this mail."""
    if isinstance(refusal, SMTPAuthenticationError) or refusal.code in LOGIN_CODES:
        return Retry("login_refused", detail=detail)
    about_the_mail = not isinstance(refusal, SMTPConnectResponseError | SMTPHeloError)
    if refusal.code // 100 == 5 and about_the_mail:  # noqa: PLR2004 - the classes of RFC 5321 §4.2.1
        return Refused(f"smtp_{refusal.code}", detail=detail)
    return Retry(f"smtp_{refusal.code}" if refusal.code > 0 else "broken_answer", detail=detail)


def _network_reason(failure: Exception) -> str:
    cause = failure.__cause__ or failure
    if isinstance(cause, socket.gaierror):
        return "dns"
    if isinstance(cause, ssl.SSLError | CannotSecure):
        return "tls"
    if isinstance(failure, TimeoutError):
        return "timeout"
    return "no_connection" if isinstance(failure, SMTPConnectError) else "connection_lost"


def _told(failure: Exception) -> str:
    if isinstance(failure, SMTPResponseException):
        return f"{failure.code} {failure.message}"
    return str(failure) or "The server did not answer in time."
