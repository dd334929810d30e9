"""A rendered message on its way, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

from firstwin.decide.value import Reason
from firstwin.deliver.context import Background, context
from firstwin.deliver.desk import Desk
from firstwin.deliver.notice import notice
from firstwin.deliver.routes import Route
from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard, Mail, Message
from firstwin.outbox.claim import Leased
from firstwin.outbox.judge import Verdict
from firstwin.outbox.notices import NOTICE
from firstwin.outbox.states import State
from firstwin.outbox.way_out import NoWayOutError, headers, needs_way_out
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
        link = _link(desk, leased, route)
        message = rendered(desk, leased, known, route, link)
    except NoWayOutError as error:
        log(Log.DELIVERY_FAILED, delivery=leased.id, template=leased.template, why=str(error))
        return Verdict(State.DEAD, Reason.NO_WAY_OUT)
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


def _link(desk: Desk, leased: Leased, route: Route) -> str:
    if not needs_way_out(leased.channel, leased.message_class):
        return ""
    return desk.way_out.link(leased.id, leased.key, trial=route.to != (leased.address or ""))


def rendered(desk: Desk, leased: Leased, known: Background, route: Route, link: str) -> Message:
    """Raises RenderError, or NoWayOutError where the template left out the link."""
    if leased.rule == NOTICE:
        return notice(leased, known)
    mail = desk.project.mail
    message = desk.templates.render(
        leased.channel,
        leased.template,
        context(leased, known, desk.project, unsubscribe_link=link),
        key=leased.key,
        to=route.to,
        sender=mail.from_ if mail else "",
        reply_to=mail.reply_to if mail else "",
    )
    if leased.possible_repeat and isinstance(message, AlertCard):
        return replace(message, possible_repeat=True)
    return _with_way_out(message, link) if link and isinstance(message, Mail) else message


def _with_way_out(mail: Mail, link: str) -> Mail:
    """For the mail program, and for whoever reads it: a template may have had a condition around its link."""
    if link not in mail.text or escape(link) not in mail.html:
        raise NoWayOutError("The template left the unsubscribe link out of this mail.")
    return replace(mail, headers={**mail.headers, **headers(link)})
