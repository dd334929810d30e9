"""The pages in a real browser: on a phone and on a desk, by day and by night, with a keyboard, without scripts and cookies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import Engine

from firstwin.db import tables
from tests.outbox.given import deliveries, row_of, rows
from tests.web.browsing import chromium, contrast
from tests.web.given import Site, running

pytestmark = pytest.mark.slow

PHONE, DESK, WATCH = {"width": 390, "height": 780}, {"width": 1280, "height": 800}, {"width": 320, "height": 480}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Site]:
    with running(sqlite_engine, tmp_path / "project") as found:
        yield found


@pytest.fixture
def link(site: Site) -> str:
    (id_,) = deliveries(site.engine, channels=("email",), person="anna", run=tables.LIVE)
    whole = site.app.way_out.link(id_, row_of(site.engine, id_).key)
    return site.url + whole.removeprefix(site.app.settings.public_url)


@pytest.fixture
def opened(browser: Browser, link: str) -> Iterator[Open]:
    """The page in a window of its own, without JavaScript."""
    contexts: list[BrowserContext] = []

    def open_(path: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(java_script_enabled=False, **{"viewport": PHONE, **options}))
        page = contexts[-1].new_page()
        page.goto(link + path)
        return page

    yield open_
    for context in contexts:
        context.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def wished(site: Site) -> list[str]:
    return [row._mapping["class"] for row in rows(site.engine, tables.suppression)]


def test_it_all_works_without_a_script_and_without_a_cookie(site: Site, opened: Open) -> None:
    page = opened()
    assert page.get_by_role("heading", level=1).inner_text() == "Too much mail from us?"
    press(page, "Stop these mails")
    assert page.get_by_role("heading", level=1).inner_text() == "Done. No more of these mails"
    assert wished(site) == ["marketing"]
    press(page, "That was a mistake")
    assert page.get_by_role("heading", level=1).inner_text() == "Welcome back"
    assert wished(site) == []
    assert page.context.cookies() == []


@pytest.mark.parametrize(
    ("button", "message_class"), [("Write less often", "*-weekly"), ("Stop all mails", "*-service")]
)
def test_each_choice_does_what_it_says(site: Site, opened: Open, button: str, message_class: str) -> None:
    page = opened()
    press(page, button)
    assert page.get_by_role("heading", level=1).inner_text().startswith("Done.")
    assert wished(site) == [message_class]


def test_nothing_is_asked_of_anybody_else(link: str, browser: Browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.goto(link)
        press(page, "Stop these mails")
        assert page.get_by_role("heading", level=1).inner_text().startswith("Done.")
        assert {url for url in asked if not url.endswith("/favicon.ico")} == {link}
        assert [text for text in wrong if "favicon" not in text] == []


def test_the_keyboard_alone_is_enough_and_shows_where_it_is(site: Site, opened: Open) -> None:
    page = opened()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.get_attribute("value") == "class"
    outline = focused.evaluate(
        "e => { const s = getComputedStyle(e); return [s.outlineStyle, parseFloat(s.outlineWidth)] }"
    )
    assert outline == ["solid", 3]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="One mail a week at most").wait_for()
    assert wished(site) == ["*-weekly"]


def states(page: Page) -> Iterator[Page]:
    """The page, what it leads to, and the page as it is then."""
    yield page
    press(page, "Write less often")
    yield page
    page.goto(page.url)
    yield page
    press(page, "Stop all mails")
    yield page
    page.goto(page.url)
    yield page
    page.goto(page.url + "x")
    yield page


@pytest.mark.parametrize("size", [WATCH, PHONE, DESK], ids=["smallest", "phone", "desk"])
def test_it_fits_and_its_buttons_are_large_enough_for_a_thumb(opened: Open, size: dict[str, int]) -> None:
    for page in states(opened(viewport=size)):
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate("document.documentElement.scrollHeight") <= max(size["height"], 780)
        for target in page.locator("button, a").all():
            box = target.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_can_be_read_by_day_and_by_night(opened: Open, scheme: str) -> None:
    for page in states(opened(color_scheme=scheme)):
        for selector in ("h1", "p", ".what", ".so", "footer"):
            assert [one for one in contrast(page, selector) if one < 4.5] == []
    (behind,) = page.eval_on_selector_all("body", "found => found.map(e => getComputedStyle(e).backgroundColor)")
    assert behind == {"light": "rgb(243, 242, 238)", "dark": "rgb(22, 23, 20)"}[scheme]


def test_long_names_break_and_text_may_grow(site: Site, opened: Open) -> None:
    file = site.app.settings.project / "firstwin.yaml"
    told = file.read_text().replace("name: Acme\n", f"name: {LONG}\n").replace("1 Example Street", LONG * 2)
    file.write_text(f"{told}classes: {{marketing: {LONG}}}\n")
    page = opened()
    page.evaluate("document.body.style.fontSize = '34px'")
    assert LONG in page.get_by_role("button").first.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_language_from_right_to_left_is_laid_out_so(site: Site, opened: Open) -> None:
    folder = site.app.settings.project / "templates" / "pages"
    folder.mkdir()
    form = '<form method="post"><button name="choice" value="all"><span class="what">הפסקה</span></button></form>'
    (folder / "unsubscribe.he.html").write_text(f"---\ntitle: דואר\n---\n<h1>דואר</h1>\n{form}\n")
    page = opened(locale="he-IL")
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["he", "rtl"]
    assert page.evaluate("getComputedStyle(document.querySelector('button')).textAlign") == "start"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_link_that_is_none_says_so_in_the_same_look(opened: Open) -> None:
    page = opened("x")
    assert page.get_by_role("heading", level=1).inner_text() == "This link does not work"
    assert page.locator("form").count() == 0
    assert page.title() == "This link does not work · Acme"
