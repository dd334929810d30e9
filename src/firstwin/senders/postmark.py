"""Sends mails through Postmark (postmarkapp.com/developer/api/email-api)."""

from __future__ import annotations

import time

from pydantic import SecretStr

from firstwin.senders.addressed import Addressed, fingerprint
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.encode import fields
from firstwin.senders.mail_service import MailService, MailServiceSettings, headers_of
from firstwin.senders.posting import Clock, Request, json_request
from firstwin.senders.settings import Secret, Url
from firstwin.senders.status import Reply, retry_after

# https://postmarkapp.com/developer/api/overview#error-codes: what concerns the account and not this mail
LATER = {100, 405, 412, 413}  # maintenance, no credit, account pending, account may not send
TOO_MANY = 429


class Postmark(MailService):
    class Settings(MailServiceSettings):
        """``token``: the server's API token. ``stream``: the message stream, ``broadcast`` or one of your own."""

        url: Url = SecretStr("https://api.postmarkapp.com/email")
        token: Secret
        stream: str = "outbound"

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        self._token = settings.token.get_secret_value()
        self._stream = settings.stream
        super().__init__(name, settings, secrets=[self._token], clock=clock)

    def mailed(self, mail: Addressed) -> Request | Refused:
        keeps_its_name = {**headers_of(mail), "X-PM-KeepID": "true"}
        body = {
            "From": mail.author.text,
            "To": mail.to.address,
            "Subject": mail.mail.subject,
            "HtmlBody": mail.mail.html,
            "TextBody": mail.mail.text,
            "MessageStream": self._stream,
            "Metadata": {"delivery": fingerprint(mail.mail.key)},
            "Headers": [{"Name": name, "Value": value} for name, value in keeps_its_name.items()],
        }
        if mail.reply_to:
            body["ReplyTo"] = mail.reply_to.text
        return json_request(body, {"Accept": "application/json", "X-Postmark-Server-Token": self._token})

    def judged(self, reply: Reply) -> Answer:
        """Its code says more than the status where there is one; 0 is that of success."""
        said, detail = fields(reply.body), self.redact(reply.body)
        code = said.get("ErrorCode")
        if isinstance(code, int) and code in LATER:
            return Retry(f"postmark_{code}", after=retry_after(reply, self.now()), detail=detail)
        answer = self.by_status(reply)
        if isinstance(answer, Accepted):
            return self.named(said.get("MessageID") if code == 0 else None, reply)
        if isinstance(answer, Refused) and isinstance(code, int) and code != TOO_MANY:
            return Refused(f"postmark_{code}", disable=answer.disable, detail=detail)
        return answer
