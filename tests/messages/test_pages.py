"""The pages of a project: in several languages, and the shipped ones where it has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.messages.check import check_templates
from firstwin.messages.error import RenderError
from firstwin.messages.page import PAGES
from firstwin.messages.templates import Templates
from tests.messages.conftest import Write
from tests.messages.examples import SHIPPED, Project
from tests.messages.test_page import FORM, LAYOUT, context


def of(tmp_path: Path, files: dict[str, str]) -> Templates:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return Templates(tmp_path, Project(), SHIPPED)


def a_page(says: str, head: str = "title: x") -> str:
    return f"---\n{head}\n---\n<p>{says}</p>{FORM}"


def shown(templates: Templates, accepts: str = "", **more: object) -> str:
    return templates.pages.render("unsubscribe", accepts, context(**more)).html


def test_a_project_without_pages_shows_the_shipped_ones(tmp_path: Path) -> None:
    assert "Too much mail from us?" in shown(of(tmp_path, {}))
    assert {file.name for file in of(tmp_path, {}).pages.files()} == set(PAGES)


def test_a_page_of_its_own_stands_in_the_shipped_layout_and_its_layout_around_shipped_pages(tmp_path: Path) -> None:
    own_page = shown(of(tmp_path / "a", {"pages/unsubscribe.html": a_page("mine")}))
    assert "<p>mine</p>" in own_page
    assert "--accent" in own_page
    own_layout = shown(of(tmp_path / "b", {"layouts/page.html": LAYOUT}))
    assert "Too much mail from us?" in own_layout
    assert "--accent" not in own_layout


def test_each_browser_gets_its_language(tmp_path: Path) -> None:
    pages = of(tmp_path, {"pages/unsubscribe.de.html": a_page("Weniger"), "pages/unsubscribe.fr.html": a_page("Moins")})
    assert "Weniger" in shown(pages, "de-CH, en;q=0.5")
    assert 'lang="de"' in shown(pages, "de-CH, en;q=0.5")
    assert "Moins" in shown(pages, "fr")
    for english in ("en-GB, de;q=0.9", "", "it, es"):
        assert "Too much mail from us?" in shown(pages, english)


def test_the_page_for_everybody_else_need_not_be_english(tmp_path: Path) -> None:
    files = {"pages/unsubscribe.html": a_page("Weniger", "title: x\nlanguage: de")}
    pages = of(tmp_path, files | {"pages/unsubscribe.en.html": a_page("Less")})
    assert [("Less" in shown(pages, wanted)) for wanted in ("en", "de", "fr", "de;q=0.1, en")] == [
        True,
        False,
        False,
        True,
    ]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", ["Tips and offers", ""])
@pytest.mark.parametrize("chosen", ["", "class", "all", "less", "back"])
@pytest.mark.parametrize("stopped", [(), ("class",), ("class", "all"), ("less",), ("class", "all", "less")])
@pytest.mark.parametrize("trial", [False, True])
def test_a_shipped_page_is_whole_whatever_is_so(
    name: str, kind: str, chosen: str, stopped: tuple[str, ...], trial: bool
) -> None:
    holds = {one: one in stopped for one in ("class", "all", "less")}
    made = SHIPPED_PAGES.pages.render(name, "", context(kind=kind, chosen=chosen, stopped=holds, trial=trial)).html
    body = made.split("<body>")[1]
    assert body.count("<h1>") == 1
    assert not any(odd in body for odd in ("{{", "{%", "None", "zq", "“”", "<!--", '<form method="post">\n\n</form>'))
    assert ("nothing is changed" in body) is trial


SHIPPED_PAGES = Templates(SHIPPED, Project())


def test_a_page_that_there_is_not_is_told() -> None:
    with pytest.raises(RenderError, match="no such page"):
        SHIPPED_PAGES.pages.render("subscribe", "", context())


def test_check_tells_mistakes_in_pages_as_in_mails(write: Write) -> None:
    templates = write(
        {
            "layouts/page.html": LAYOUT,
            "pages/unsubscribe.html": f"---\ntitle: {{{{ projekt.name }}}}\ntitel: y\n---\n{FORM}",
            "pages/unsubscribe.de.html": f"---\ntitle: {{{{ projekt.name }}}}\n---\n<p>{{{{ stopped.most }}}}</p>{FORM}",
            "pages/unsubscribed.html": "---\ntitle: x\n---\n<p>{{ account.id }}",
            "pages/subscribed.html": "---\ntitle: x\n---\n",
            "pages/unknown-link.html": "---\ntitle: x\n---\n<p>{{ kind | uper }}</p>",
            "pages/old.txt": "x",
        }
    )
    assert [str(problem) for problem in check_templates(templates, [])] == [
        "templates/pages/old.txt:1:1 warning: This file is not read. The name of a template in this folder ends in .html.",
        "templates/pages/subscribed.html:1:1 There is no page “subscribed”. Did you mean `unsubscribed`?",
        "templates/pages/unknown-link.html:4:7 There is no filter “uper”. Did you mean `upper`?",
        "templates/pages/unsubscribe.de.html:2:11 There is nothing called “projekt”. Did you mean `project.name`?",
        "templates/pages/unsubscribe.de.html:4:7 There is no “stopped.most”. It has all, class, less.",
        "templates/pages/unsubscribe.html:3:1 A template's head has no “titel”. Did you mean `title`?",
        "templates/pages/unsubscribed.html:4:7 There is nothing called “account”.",
    ]


def test_check_finds_nothing_wrong_with_the_shipped_ones() -> None:
    assert [problem for problem in check_templates(SHIPPED_PAGES, []) if "pages/" in problem.file] == []
