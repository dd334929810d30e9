"""The templates of a project: found by channel and name, compiled once, and rendered from any thread."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from firstwin.messages.alert import AlertTemplate, alert_template
from firstwin.messages.environments import Project, environments
from firstwin.messages.error import RenderError, Stopped
from firstwin.messages.file import Kind, TemplateFile, read_folder
from firstwin.messages.links import Url
from firstwin.messages.mail import MailTemplate, mail_template
from firstwin.messages.message import Message
from firstwin.messages.pages import Pages, with_pages
from firstwin.messages.plain import plain
from firstwin.messages.webhook import WebhookTemplate, webhook_template
from firstwin.rules.problems import did_you_mean

Channel = Literal["email", "alert", "webhook", "digest"]
AnyTemplate = MailTemplate | AlertTemplate | WebhookTemplate
FOLDERS: Final[dict[Channel, Kind]] = {"email": "mail", "alert": "alert", "webhook": "webhook", "digest": "digest"}


class Templates:
    """The folder as it stood when this was made. It never looks again: for changed files, make a new one."""

    def __init__(self, folder: Path, project: Project, shipped: Path | None = None) -> None:
        """``shipped`` has the pages that stand in where the project has none of its own."""
        self.folder = folder
        self._files = with_pages(read_folder(folder), read_folder(shipped) if shipped else {})
        self._environments = environments(project)
        self.pages = Pages(self._environments, self._files)
        self._compiled: dict[tuple[Kind, str], AnyTemplate] = {}

    def names(self, channel: Channel) -> tuple[str, ...]:
        return tuple(sorted(name for kind, name in self._files if kind == FOLDERS[channel]))

    def file(self, channel: Channel, name: str) -> TemplateFile:
        """The template's file; RenderError if there is none with this name."""
        kind = FOLDERS[channel]
        found = self._files.get((kind, name))
        if found is None:
            label = f"{self.folder.name}/{kind}/{name}"
            message = f"There is no such template. {did_you_mean(name, self.names(channel))}".rstrip()
            raise RenderError("unknown_template", label, 1, message)
        return found

    def template(self, channel: Channel, name: str) -> AnyTemplate:
        """The template compiled, now or before. Two threads may both compile it: they come to the same."""
        key = (FOLDERS[channel], name)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._made(self.file(channel, name))
        return found

    def _made(self, file: TemplateFile) -> AnyTemplate:
        if file.kind == "mail":
            return mail_template(self._environments, self._files, file)
        if file.kind in ("alert", "digest"):
            return alert_template(self._environments, file)
        return webhook_template(self._environments, file)

    def render(
        self,
        channel: Channel,
        name: str,
        context: Mapping[str, object],
        *,
        key: str,
        to: str = "",
        sender: str = "",
        reply_to: str = "",
    ) -> Message:
        """The message that the template makes of the context, or RenderError. ``to`` and what follows are a mail's."""
        template = self.template(channel, name)
        try:
            values = plain(context)
        except Stopped as stopped:
            raise self.file(channel, name).top.error(stopped.reason, stopped.message) from stopped
        # It is our own, and shown as it is: a reader must be able to follow it wherever a template puts it.
        values["unsubscribe_link"] = Url(values.get("unsubscribe_link") or "")
        if isinstance(template, MailTemplate):
            return template.render(values, key=key, to=to, sender=sender, reply_to=reply_to)
        return template.render(values, key=key)
