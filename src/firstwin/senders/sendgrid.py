"""Sends mails through SendGrid (www.twilio.com/docs/sendgrid/api-reference/mail-send)."""

from __future__ import annotations

import time

from pydantic import SecretStr

from firstwin.senders.address import Mailbox
from firstwin.senders.addressed import Addressed, fingerprint
from firstwin.senders.contract import Accepted, Answer, Refused
from firstwin.senders.mail_service import MailService, MailServiceSettings, headers_of
from firstwin.senders.posting import Clock, Request, json_request
from firstwin.senders.settings import Secret, Url
from firstwin.senders.status import Reply


class SendGrid(MailService):
    class Settings(MailServiceSettings):
        """``api_key``: one that may send mail. ``url``: https://api.eu.sendgrid.com/v3/mail/send for an account in the EU."""

        url: Url = SecretStr("https://api.sendgrid.com/v3/mail/send")
        api_key: Secret

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        self._key = settings.api_key.get_secret_value()
        super().__init__(name, settings, secrets=[self._key], clock=clock)

    def mailed(self, mail: Addressed) -> Request | Refused:
        body = {
            "personalizations": [{"to": [{"email": mail.to.address}]}],
            "from": _person(mail.author),
            "subject": mail.mail.subject,
            "content": [
                {"type": "text/plain", "value": mail.mail.text},
                {"type": "text/html", "value": mail.mail.html},
            ],
            "headers": headers_of(mail),
            "custom_args": {"delivery": fingerprint(mail.mail.key)},
        }
        if mail.reply_to:
            body["reply_to"] = _person(mail.reply_to)
        return json_request(body, {"Authorization": f"Bearer {self._key}"})

    def judged(self, reply: Reply) -> Answer:
        """An accepted mail has no body; its name stands in a header."""
        answer = self.by_status(reply)
        return self.named(reply.headers.get("x-message-id"), reply) if isinstance(answer, Accepted) else answer


def _person(box: Mailbox) -> dict[str, str]:
    return {"email": box.address, "name": box.name} if box.name else {"email": box.address}
