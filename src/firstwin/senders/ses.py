"""Sends mails through Amazon SES, version 2 of its API (docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html)."""

from __future__ import annotations

import base64
import logging
import time
from typing import Annotated, Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from pydantic import Field, model_validator

from firstwin.senders.addressed import Addressed, fingerprint
from firstwin.senders.contract import Accepted, Answer, Refused, Retry
from firstwin.senders.encode import as_json, fields
from firstwin.senders.mail_service import MailService, MailServiceSettings
from firstwin.senders.mime import written
from firstwin.senders.posting import AS_JSON, Clock, Request
from firstwin.senders.settings import Secret
from firstwin.senders.status import Reply, retry_after

logging.getLogger("botocore.auth").disabled = True  # it shows what it signs, the session's token with it
# What concerns the account and not this mail, by the errors of SendEmail
LATER = {"AccountSuspendedException", "LimitExceededException", "SendingPausedException"}
Region = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]


class Ses(MailService):
    class Settings(MailServiceSettings):
        """``access_key_id`` and ``secret_access_key`` of a user that may ses:SendEmail; ``configuration_set`` for its events."""

        region: Region
        access_key_id: Secret
        secret_access_key: Secret
        session_token: Secret | None = None
        configuration_set: str = ""

        @model_validator(mode="before")
        @classmethod
        def _address(cls, given: Any) -> Any:  # noqa: ANN401 - not read yet
            """That of the region, where none is given."""
            if not isinstance(given, dict) or "url" in given:
                return given
            return {**given, "url": f"https://email.{given.get('region', '')}.amazonaws.com/v2/email/outbound-emails"}

    def __init__(self, name: str, settings: Settings, *, clock: Clock = time.time) -> None:
        parts = settings.access_key_id, settings.secret_access_key, settings.session_token
        known = [part.get_secret_value() for part in parts if part]
        super().__init__(name, settings, secrets=known, clock=clock)
        self._signer = SigV4Auth(Credentials(*known), "ses", settings.region)
        self._configuration_set = settings.configuration_set

    def mailed(self, mail: Addressed) -> Request | Refused:
        content = written(mail, date=self.now().timestamp())
        if isinstance(content, Refused):
            return content
        body = {
            "Destination": {"ToAddresses": [mail.to.address]},
            "Content": {"Raw": {"Data": base64.b64encode(content).decode()}},
            "EmailTags": [{"Name": "delivery", "Value": fingerprint(mail.mail.key)}],
        }
        if self._configuration_set:
            body["ConfigurationSetName"] = self._configuration_set
        said = as_json(body)
        return said if isinstance(said, Refused) else self._signed(said)

    def _signed(self, content: bytes) -> Request:
        """Signature Version 4 holds the time, so that each attempt has its own."""
        request = AWSRequest("POST", self.url, headers=AS_JSON, data=content)
        self._signer.add_auth(request)
        return Request(content, dict(request.headers.items()))

    def judged(self, reply: Reply) -> Answer:
        """The error's name stands in a header, behind which a colon may bring more."""
        error = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
        answer, detail = self.by_status(reply), self.redact(reply.body)
        if error in LATER:
            return Retry(f"ses_{error}", after=retry_after(reply, self.now()), detail=detail)
        if isinstance(answer, Accepted):
            return self.named(fields(reply.body).get("MessageId"), reply)
        if isinstance(answer, Refused) and error.isidentifier():
            return Refused(f"ses_{error}", disable=answer.disable, detail=detail)
        return answer
