"""Alerts: which account, why, since when, and what to do next. Plain text; each sender dresses it for its channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from firstwin.messages import limits
from firstwin.messages.compiled import Compiled, compiled
from firstwin.messages.environments import Environments
from firstwin.messages.file import Template, TemplateFile, taken_apart
from firstwin.messages.links import is_allowed
from firstwin.messages.marks import Marks, Place, tidied
from firstwin.messages.message import AlertCard
from firstwin.messages.plaintext import squeezed

HEAD: Final = ("title", "next_step", "link", "link_label", "fields", "words")
WHY: Final = "{% if why %}{{ why | sentence }}{% endif %}"
SINCE: Final = "{% if since %}{{ since | date_time }} ({{ since | ago }}){% endif %}"
LINK: Final = '{{ account.link | default("") }}'
LINK_LABEL: Final = "Open the account"
PROJECT_LINK: Final = '{{ project.link | default("") }}'  # of a digest, which is about many accounts
PROJECT_LINK_LABEL: Final = "Open {{ project.name }}"


@dataclass(frozen=True)
class AlertTemplate:
    title: Compiled
    body: Compiled
    why: Compiled
    since: Compiled
    next_step: Compiled
    fields: tuple[tuple[str, Compiled], ...]
    link: Compiled
    link_label: Compiled
    words: Mapping[str, str]

    def render(self, values: Mapping[str, Any], *, key: str) -> AlertCard:
        """A field without a value is left out, and so is a link that is none; what is too long is cut."""
        values = {**values, "words": self.words}
        fields = [(label, _line(part, values, limits.FIELD_VALUE)) for label, part in self.fields]
        link = self.link.render(values).strip()
        return AlertCard(
            key=key,
            title=_line(self.title, values, limits.TITLE),
            body=limits.cut(squeezed(self.body.render(values)), limits.BODY),
            why=_line(self.why, values, limits.BODY),
            since=_line(self.since, values, limits.TITLE),
            next_step=_line(self.next_step, values, limits.NEXT_STEP),
            fields=tuple((label, value) for label, value in fields if value),
            link=link if is_allowed(link) else "",
            link_label=_line(self.link_label, values, limits.LINK_LABEL),
        )

    @property
    def parts(self) -> tuple[Compiled, ...]:
        return (self.title, self.body, self.next_step, self.link, self.link_label, *(part for _, part in self.fields))


def _line(part: Compiled, values: Mapping[str, Any], most: int) -> str:
    return limits.cut(" ".join(part.render(values).split()), most)


def alert_template(environments: Environments, file: TemplateFile) -> AlertTemplate:
    """The alert's template compiled, or RenderError with what is wrong in it."""
    template = taken_apart(file, keys=HEAD)
    template.stop_at_errors()
    for key in ("title", "next_step"):
        if not template.head.has(key):
            raise file.top.error("syntax", f"The {file.kind} has no “{key}” in its head, between two lines of ---.")
    made = _Maker(environments, template)
    return AlertTemplate(
        title=made.head("title"),
        body=made.text(template.body, template.place),
        why=made.own(WHY),
        since=made.own(SINCE),
        next_step=made.head("next_step"),
        fields=tuple(made.fields()),
        link=made.link(),
        link_label=made.head("link_label") if template.head.has("link_label") else made.own(made.default_label),
        words=template.words(),
    )


@dataclass(frozen=True)
class _Maker:
    environments: Environments
    template: Template

    def text(self, source: str, place: Place) -> Compiled:
        marks = Marks(self.environments.alert)
        return compiled(self.environments.alert, marks, tidied(marks.read(source, place)), place.file)

    def own(self, source: str) -> Compiled:
        return self.text(source, Place(self.template.file.label, 1))

    def head(self, key: str) -> Compiled:
        return self.text(self.template.head.text(key), self.template.head.place(key))

    @property
    def _default_link(self) -> str:
        return PROJECT_LINK if self.template.file.kind == "digest" else LINK

    @property
    def default_label(self) -> str:
        return PROJECT_LINK_LABEL if self.template.file.kind == "digest" else LINK_LABEL

    def link(self) -> Compiled:
        """The link is for a program to read: nothing is done to it but the check."""
        head, data = self.template.head, self.environments.data
        marks, said = Marks(data), head.text("link").strip()
        if said and not any(sign in said for sign in ("{{", "{%")) and not is_allowed(said):
            message = f"“{said}” is not a link that an alert may have: it begins with https:// or http:// or mailto:."
            raise head.place("link").error("bad_link", message)
        marked = marks.read(said or self._default_link, head.place("link"))
        return compiled(data, marks, marked, self.template.file.label)

    def fields(self) -> list[tuple[str, Compiled]]:
        head = self.template.head
        found = head.data.get("fields") or []
        if not isinstance(found, list) or not all(isinstance(field, dict) and len(field) == 1 for field in found):
            self._refuse("The fields are a list, each with a label and a value: “- Plan: {{ account.plan }}”.")
        if len(found) > limits.FIELDS:
            self._refuse(f"An alert has at most {limits.FIELDS} fields; name those that help to act.")
        return [
            (limits.cut(label, limits.FIELD_LABEL), self.text(str(value or ""), head.place("fields", number, label)))
            for number, field in enumerate(found)
            for label, value in field.items()
        ]

    def _refuse(self, message: str) -> None:
        place = self.template.head.place("fields")
        raise place.error("syntax", message)
