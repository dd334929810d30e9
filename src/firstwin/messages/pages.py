"""The pages of a project in every language that they are there in, the shipped ones where it has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from firstwin.messages.environments import Environments
from firstwin.messages.error import RenderError
from firstwin.messages.file import Kind, TemplateFile
from firstwin.messages.frame import Files
from firstwin.messages.languages import chosen
from firstwin.messages.page import STANDARD_LAYOUT, Page, PageTemplate, page_template, parted
from firstwin.messages.plain import plain


def with_pages(own: Files, shipped: Files) -> dict[tuple[Kind, str], TemplateFile]:
    """The project's own files, and of the shipped ones those of pages that it lacks."""
    lacking = {key: file for key, file in shipped.items() if key[0] == "pages" or key == ("layouts", STANDARD_LAYOUT)}
    return {**lacking, **own}


class Pages:
    """Compiled when they are first asked for."""

    def __init__(self, environments: Environments, files: Files) -> None:
        self._environments = environments
        self._files = files
        self._compiled: dict[str, PageTemplate] = {}

    def files(self) -> Iterator[TemplateFile]:
        return (file for (kind, _), file in sorted(self._files.items()) if kind == "pages")

    def template(self, name: str) -> PageTemplate:
        """``name`` is a file's: ``unsubscribe``, or ``unsubscribe.de``. RenderError where it cannot be used."""
        found = self._compiled.get(name)
        if found is None:
            file = self._files.get(("pages", name))
            if file is None:
                raise RenderError("unknown_template", f"templates/pages/{name}.html", 1, "There is no such page.")
            found = self._compiled[name] = page_template(self._environments, self._files, file)
        return found

    def render(self, name: str, accepts: str, context: Mapping[str, object]) -> Page:
        """The page in the language that a browser asks for with ``Accept-Language``."""
        base = self.template(name)
        there = {language: file.name for file in self.files() for page, language in [parted(file.name)] if page == name}
        there = {base.language: name, **{language: file for language, file in there.items() if language}}
        wanted = there[chosen(accepts, there) or base.language]
        return self.template(wanted).render(plain(context))
