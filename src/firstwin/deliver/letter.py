"""A rendered message on its way, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace

from firstwin.decide.value import Reason
from firstwin.deliver.context import Background, context
from firstwin.deliver.desk import Desk
from firstwin.deliver.routes import Route
from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard, Message
from firstwin.outbox.claim import Leased
from firstwin.outbox.judge import Verdict
from firstwin.outbox.states import State
from firstwin.telemetry import Log, failed, log


@dataclass(frozen=True)
class Letter:
    leased: Leased
    message: Message
    route: Route


def letter(desk: Desk, leased: Leased, known: Background, route: Route | None) -> Letter | Verdict:
    """The message that the template makes, or why none goes out. Nothing that goes wrong here is on the wire."""
    if route is None:
        return Verdict(State.CANCELLED, Reason.NOT_SENT)
    try:
        message = _rendered(desk, leased, known, route)
    except RenderError as error:
        log(Log.DELIVERY_FAILED, delivery=leased.id, template=error.template, line=error.line, why=error.reason)
        return Verdict(State.DEAD, Reason.RENDER_ERROR)
    except Exception as error:  # noqa: BLE001 - whatever a template meets must not stop the deliveries beside it
        failed(Log.DELIVERY_FAILED, error, delivery=leased.id, template=leased.template)
        return Verdict(State.DEAD, Reason.RENDER_ERROR)
    if type(message) not in route.sender.takes:
        log(Log.DELIVERY_FAILED, delivery=leased.id, sender=route.name, why=f"does not take a {type(message).__name__}")
        return Verdict(State.DEAD, Reason.INVALID)
    return Letter(leased, route.marked(message), route)


def _rendered(desk: Desk, leased: Leased, known: Background, route: Route) -> Message:
    mail = desk.project.mail
    message = desk.templates.render(
        leased.channel,
        leased.template,
        context(leased, known, desk.project),
        key=leased.key,
        to=route.to,
        sender=mail.from_ if mail else "",
        reply_to=mail.reply_to if mail else "",
    )
    if leased.possible_repeat and isinstance(message, AlertCard):
        return replace(message, possible_repeat=True)
    return message
