"""What the project's files say to ticks."""

from __future__ import annotations

from firstwin.outbox.suppressions import AddressHash
from firstwin.tick.environment import Environment
from firstwin.tools.check import Checked, ProjectError


def environment(checked: Checked, addresses: AddressHash | None = None) -> Environment:
    """What the project's files say to ticks. Raises ProjectError if they cannot be used."""
    project = checked.project
    if project is None:
        raise ProjectError(checked.errors)
    return Environment(
        rules=checked.library.rules,
        zone=project.zone,
        grace=project.grace,
        every=project.tick_every,
        expires_after={
            "email": project.expires_after.email,
            "alert": project.expires_after.alert,
            "webhook": project.expires_after.webhook,
            "digest": project.expires_after.alert,
        },
        mail_sender=project.mail.sender if project.mail else "mail",
        csm_fallback=project.csm.fallback,
        csm_by_name=project.csm.by_name,
        csm_zones=project.csm.zones,
        addresses=addresses or AddressHash(),
    )
