"""Sends mails through Mailgun (documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages)."""

from __future__ import annotations

import base64
import time
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field, model_validator

from firstwin.senders.addressed import Addressed, fingerprint, invalid
from firstwin.senders.contract import Accepted, Answer, Refused
from firstwin.senders.encode import fields
from firstwin.senders.mail_service import MailService, MailServiceSettings, headers_of
from firstwin.senders.posting import Clock, Request
from firstwin.senders.settings import Secret
from firstwin.senders.status import Reply

HOSTS = {"us": "api.mailgun.net", "eu": "api.eu.mailgun.net"}
Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]


class Mailgun(MailService):
    class Settings(MailServiceSettings):
        """``api_key``: a sending key of the ``domain``; ``region`` where that was set up."""

        api_key: Secret
        domain: Domain
        region: Literal["us", "eu"] = "us"

        @model_validator(mode="before")
        @classmethod
        def _address(cls, given: Any) -> Any:  # noqa: ANN401 - not read yet
            """That of the domain, where none is given."""
            if not isinstance(given, dict) or "url" in given:
                return given
            host = HOSTS.get(str(given.get("region", "us")), HOSTS["us"])
            return {**given, "url": f"https://{host}/v3/{given.get('domain', '')}/messages"}

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        key = settings.api_key.get_secret_value()
        self._login = base64.b64encode(f"api:{key}".encode()).decode()
        super().__init__(name, settings, secrets=[key, self._login], clock=clock)

    def mailed(self, mail: Addressed) -> Request | Refused:
        form = {
            "from": mail.author.text,
            "to": mail.to.address,
            "subject": mail.mail.subject,
            "text": mail.mail.text,
            "html": mail.mail.html,
            "v:delivery": fingerprint(mail.mail.key),
            **{f"h:{name}": value for name, value in headers_of(mail).items()},
        }
        if mail.reply_to:
            form["h:Reply-To"] = mail.reply_to.text
        try:
            content = urlencode(form).encode()
        except UnicodeEncodeError:
            return invalid("The mail holds half a character (a lone surrogate), which no mail can carry.")
        headers = {"Authorization": f"Basic {self._login}", "Content-Type": "application/x-www-form-urlencoded"}
        return Request(content, headers)

    def judged(self, reply: Reply) -> Answer:
        """The name that it answers is the mail's Message-ID."""
        answer = self.by_status(reply)
        return self.named(fields(reply.body).get("id"), reply) if isinstance(answer, Accepted) else answer
