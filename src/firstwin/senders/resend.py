"""Sends mails through Resend (resend.com/docs/api-reference/emails/send-email), which knows a repeated one for 24 hours."""

from __future__ import annotations

import time
from datetime import timedelta

from pydantic import SecretStr

from firstwin.outbox.bucket import Flow
from firstwin.outbox.outcome import Policy
from firstwin.senders.addressed import Addressed, fingerprint
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.encode import fields
from firstwin.senders.mail_service import MailService, MailServiceSettings, headers_of
from firstwin.senders.posting import Clock, Request, json_request
from firstwin.senders.settings import Secret, Url
from firstwin.senders.status import Reply, retry_after

# https://resend.com/docs/api-reference/errors
ARRIVED_BEFORE = "invalid_idempotent_request"  # this key came with other contents: an earlier attempt was taken
UNDER_WAY = "concurrent_idempotent_requests"


class Resend(MailService):
    on_unknown: Policy = timedelta(hours=23)
    flow: Flow = Flow(rate=2)  # https://resend.com/docs/api-reference/rate-limit: two requests a second

    class Settings(MailServiceSettings):
        """``api_key``: one that may send mail."""

        url: Url = SecretStr("https://api.resend.com/emails")
        api_key: Secret

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        self._key = settings.api_key.get_secret_value()
        super().__init__(name, settings, secrets=[self._key], clock=clock)

    def mailed(self, mail: Addressed) -> Request | Refused:
        body = {
            "from": mail.author.text,
            "to": [mail.to.address],
            "subject": mail.mail.subject,
            "html": mail.mail.html,
            "text": mail.mail.text,
            "headers": headers_of(mail),
            "tags": [{"name": "delivery", "value": fingerprint(mail.mail.key)}],
        }
        if mail.reply_to:
            body["reply_to"] = mail.reply_to.text
        key = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": fingerprint(mail.mail.key)}
        return json_request(body, key)

    def judged(self, reply: Reply) -> Answer:
        said, detail = fields(reply.body), self.redact(reply.body)
        name, answer = said.get("name"), self.by_status(reply)
        if name == ARRIVED_BEFORE:
            return Accepted(detail=detail)
        if name == UNDER_WAY:
            return Retry(f"resend_{name}", after=retry_after(reply, self.now()), detail=detail)
        if isinstance(answer, Accepted):
            return self.named(said.get("id"), reply)
        if isinstance(answer, Refused) and isinstance(name, str) and name.isidentifier():
            return Refused(f"resend_{name}", disable=answer.disable, detail=detail)
        return answer
