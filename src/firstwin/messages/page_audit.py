"""What a page may hold: no script and nothing from elsewhere, since browsers are told so, and a form that says what it means."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from firstwin.messages.error import RenderError
from firstwin.messages.file import Template
from firstwin.rules.problems import did_you_mean

CHOICES: Final = ("class", "all", "less", "back")
WAYS_OUT: Final = frozenset({"class", "all"})
LOADING: Final = frozenset({"script", "link", "iframe", "object", "embed", "video", "audio"})


def audit_page(html: str, template: Template, *, must_have_a_choice: bool) -> None:
    """RenderError where the page would not work in the browser of whoever follows the link."""
    reader = _Audit(template)
    reader.feed(html)
    reader.close()
    if must_have_a_choice and not WAYS_OUT & reader.choices:
        message = (
            "This page has no way to unsubscribe. Put it into a form:"
            ' <form method="post"><button name="choice" value="class">…</button></form>, or value="all".'
        )
        raise template.place.error("not_allowed", message)


class _Audit(HTMLParser):
    def __init__(self, template: Template) -> None:
        super().__init__(convert_charrefs=True)
        self.choices: set[str] = set()
        self._template = template
        self._posts = False

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LOADING or any(name.startswith("on") for name in given):
            raise self._wrong(f"<{tag}", "Browsers are told to run and load nothing on this page.")
        if tag == "img" and not given.get("src", "").startswith("data:"):
            raise self._wrong(
                "<img", "Browsers are told to load nothing on this page; a picture stands in it as data:."
            )
        if tag == "form":
            self._posts = given.get("method", "").lower() == "post" and "action" not in given
            if not self._posts:
                raise self._wrong("<form", 'A form here posts to the page itself: <form method="post">.')
        if given.get("name") == "choice":
            self._choice(given.get("value", ""))

    def handle_startendtag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._posts = self._posts and tag != "form"

    def _choice(self, value: str) -> None:
        if value not in CHOICES:
            known = did_you_mean(value, CHOICES) or f"There are {', '.join(CHOICES)}."
            raise self._wrong(f'"{value}"', f"There is no choice “{value}”. {known}")
        if not self._posts:
            raise self._wrong(f'"{value}"', 'A choice stands in a form: <form method="post">.')
        self.choices.add(value)

    def _wrong(self, text: str, message: str) -> RenderError:
        return self._template.place_of(text).error("not_allowed", message)
