"""docs/templates.md says what the code does."""

from __future__ import annotations

import re

from firstwin.messages import alert, limits, mail, page
from firstwin.messages.check import check_templates
from firstwin.messages.context import CONTEXT, IN_MAIL, IN_PAGE
from firstwin.messages.environments import environments
from firstwin.messages.message import Mail
from firstwin.messages.page import PAGES
from firstwin.messages.page_audit import CHOICES
from firstwin.messages.sandbox import COUNTED, LOOKED_AT, TOGETHER
from tests.messages.conftest import Write
from tests.messages.examples import SHIPPED, Project, rich
from tests.messages.test_page import LAYOUT, context

DOCS = (SHIPPED.parent / "docs/templates.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCS.split(f"## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> set[str]:
    """The names in the first column of the section's table."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    return set(re.findall(r"`(\w+)", " ".join(cells)))


def test_every_filter_is_told_of_and_no_other() -> None:
    ours = {name for name in environments(Project()).html.filters if not name.startswith("_")} - {
        COUNTED,
        LOOKED_AT,
        TOGETHER,
    }
    assert first_cells(section("Filters")) == ours


def test_every_name_that_a_template_may_use_is_told_of_and_no_other() -> None:
    assert first_cells(section("What a template is handed")) == {*CONTEXT, *IN_MAIL}


def test_every_key_of_a_head_is_told_of() -> None:
    for title, keys in (("A mail", mail.HEAD), ("An alert", alert.HEAD)):
        assert all(f"`{key}`" in section(title) for key in keys)


def test_every_page_and_everything_that_it_may_use_is_told_of() -> None:
    told = section("A page")
    assert first_cells(told) == {*IN_PAGE, "unsubscribe", "unsubscribed", "unknown"}
    assert all(f"`{name}.html`" in told for name in PAGES)
    assert all(f"`{key}`" in told for key in page.HEAD)
    assert all(f"`{choice}`" in told for choice in CHOICES)


def test_the_example_of_a_page_works(write: Write) -> None:
    example = section("A page").split("```html\n")[1].split("```")[0]
    templates = write({"layouts/page.html": LAYOUT, "pages/unsubscribe.html": example})
    assert check_templates(templates, []) == ()
    made = templates.pages.render("unsubscribe", "", context(stopped={"class": False, "all": False, "less": True}))
    assert "Wieder wie vorher" in made.html


def test_the_limits_are_the_true_ones() -> None:
    told = section("What a template cannot do")
    assert f"{limits.RENDERED:,} characters" in told
    assert f"{limits.TURNS:,} turns" in told
    assert f"{limits.PARTS:,} places" in told
    assert f"{limits.WORK:,} in one part" in told


def test_the_example_works(write: Write) -> None:
    example = DOCS.split("```markdown\n")[1].split("```")[0]
    message = write({"mail/t.md": example}).render("email", "t", rich(), key="k")
    assert isinstance(message, Mail)
    assert "○ Connected your data" in message.text
