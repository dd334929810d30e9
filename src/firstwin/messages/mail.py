"""Mails: Markdown or HTML in a layout, made into a subject, an HTML part and a text part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from firstwin.messages import limits
from firstwin.messages.audit import audit
from firstwin.messages.button import in_html
from firstwin.messages.compiled import Compiled, compiled
from firstwin.messages.document import settled
from firstwin.messages.environments import Environments
from firstwin.messages.file import Template, TemplateFile, taken_apart
from firstwin.messages.frame import Files, each, layouts
from firstwin.messages.inline import inlined
from firstwin.messages.layout import Pieces, blocks, composed
from firstwin.messages.markdown import to_html
from firstwin.messages.marks import Marks
from firstwin.messages.message import Mail
from firstwin.messages.plaintext import squeezed, to_text
from firstwin.messages.shown import cleaned

HEAD: Final = ("subject", "preheader", "layout", "class", "words")
STANDARD_LAYOUT: Final = "mail"


@dataclass(frozen=True)
class MailTemplate:
    subject: Compiled
    preheader: Compiled
    html: Compiled
    text: Compiled
    message_class: str
    words: Mapping[str, str]

    def render(self, values: Mapping[str, Any], *, key: str, to: str, sender: str, reply_to: str) -> Mail:
        values = {**values, "words": self.words}
        subject = _one_line(self.subject, values, limits.SUBJECT)
        if not subject:
            raise self.subject.restored.places[-1].error("missing_value", "The subject is empty for this message.")
        preheader = _one_line(self.preheader, values, limits.PREHEADER)
        values = {**values, "mail": {"subject": subject, "preheader": preheader}}
        html, text = self.html.render(values), squeezed(self.text.render(values)) + "\n"
        return Mail(key, to, subject, html, text, preheader, sender, reply_to)

    @property
    def parts(self) -> tuple[Compiled, ...]:
        return (self.subject, self.preheader, self.html)


def _one_line(part: Compiled, values: Mapping[str, Any], most: int) -> str:
    """No line break gets into a header, whatever the data holds."""
    return limits.cut(cleaned(part.render(values)).strip(), most)


def mail_template(environments: Environments, files: Files, file: TemplateFile) -> MailTemplate:
    """The mail's template compiled, or RenderError with what is wrong in it or in its layout."""
    template = taken_apart(file, keys=HEAD)
    template.stop_at_errors()
    if not template.head.has("subject"):
        raise file.top.error("syntax", "The mail has no subject. It begins with a head: ---, subject: …, ---.")
    marks = Marks(environments.html)
    document = settled(marks, composed(_body(marks, template), layouts(marks, files, template, STANDARD_LAYOUT)))
    html = inlined(marks, document, template.place)
    audit(marks, html, template)
    return MailTemplate(
        subject=_head_text(environments, template, "subject"),
        preheader=_head_text(environments, template, "preheader"),
        html=compiled(environments.html, marks, html, file.label),
        text=compiled(environments.text, marks, to_text(marks, document), file.label),
        message_class=template.head.text("class"),
        words=template.words(),
    )


def _head_text(environments: Environments, template: Template, key: str) -> Compiled:
    environment = environments.subject if key == "subject" else environments.text
    marks = Marks(environment)
    marked = marks.read(template.head.text(key), template.head.place(key))
    return compiled(environment, marks, marked, template.file.label)


def _body(marks: Marks, template: Template) -> Pieces:
    pieces = blocks(marks, marks.read(template.body, template.place))
    made = to_html if template.file.suffix == ".md" else in_html
    return each(pieces, lambda text: made(marks, text))
