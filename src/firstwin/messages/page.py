"""Pages that people see in a browser: HTML in a layout, with a form that works without any script."""

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
from firstwin.messages.file import TemplateFile, taken_apart
from firstwin.messages.frame import Files, each, layouts
from firstwin.messages.languages import BASE, direction
from firstwin.messages.layout import blocks, composed
from firstwin.messages.marks import AS_COMMENT, Marks
from firstwin.messages.page_audit import audit_page
from firstwin.messages.shown import cleaned
from firstwin.rules.problems import did_you_mean

HEAD: Final = ("title", "language", "layout", "words")
STANDARD_LAYOUT: Final = "page"
UNSUBSCRIBE: Final = "unsubscribe"  # where the link of a mail leads
UNSUBSCRIBED: Final = "unsubscribed"  # what was chosen there, and the way back
UNKNOWN_LINK: Final = "unknown-link"
PAGES: Final = (UNSUBSCRIBE, UNSUBSCRIBED, UNKNOWN_LINK)


@dataclass(frozen=True)
class Page:
    """A page as a browser gets it."""

    html: str
    language: str


@dataclass(frozen=True)
class PageTemplate:
    title: Compiled
    html: Compiled
    language: str
    words: Mapping[str, str]

    def render(self, values: Mapping[str, Any]) -> Page:
        values = {**values, "words": self.words}
        title = limits.cut(cleaned(self.title.render(values)).strip(), limits.SUBJECT)
        page = {"title": title, "language": self.language, "direction": direction(self.language)}
        return Page(self.html.render({**values, "page": page}), self.language)

    @property
    def parts(self) -> tuple[Compiled, ...]:
        return (self.title, self.html)


def page_template(environments: Environments, files: Files, file: TemplateFile) -> PageTemplate:
    """The page's template compiled, or RenderError with what is wrong in it or in its layout."""
    template = taken_apart(file, keys=HEAD)
    template.stop_at_errors()
    name, language = parted(file.name)
    if name not in PAGES:
        raise file.top.error("unknown_template", f"There is no page “{name}”. {did_you_mean(name, PAGES)}".rstrip())
    if not template.head.has("title"):
        raise file.top.error("syntax", "The page has no title. It begins with a head: ---, title: …, ---.")
    marks = Marks(environments.page)
    body = each(blocks(marks, marks.read(template.body, template.place)), lambda text: in_html(marks, text))
    html = settled(marks, composed(body, layouts(marks, files, template, STANDARD_LAYOUT)))
    audit(marks, html, template)
    audit_page(html, template, must_have_a_choice=name == UNSUBSCRIBE)
    title_marks = Marks(environments.subject)
    title = title_marks.read(template.head.text("title"), template.head.place("title"))
    return PageTemplate(
        title=compiled(environments.subject, title_marks, title, file.label),
        html=compiled(environments.page, marks, AS_COMMENT.sub(r"\1", html), file.label),
        language=template.head.text("language") or language or BASE,
        words=template.words(),
    )


def parted(name: str) -> tuple[str, str]:
    """``unsubscribe.de`` is the page ``unsubscribe`` in the language ``de``; without one it is for everybody else."""
    page, _, language = name.partition(".")
    return page, language
