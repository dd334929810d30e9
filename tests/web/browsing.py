"""A real browser for tests of pages: Chromium, where there is one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]  # also as root, and in a container


@contextmanager
def chromium() -> Iterator[Browser]:
    """Skips the test where no Chromium is installed; on CI that fails it instead."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        told = "no Chromium is installed: the pages were not looked at in a browser (apt-get install chromium)"
        pytest.fail(told) if os.environ.get("CI") else pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def contrast(page: Page, selector: str) -> list[float]:
    """Of each element's text with what lies behind it (WCAG 2.2 §1.4.3): 1 is invisible, 21 black on white."""
    found: list[dict[str, Any]] = page.eval_on_selector_all(selector, COLOURS)
    return [_ratio(each["text"], each["behind"]) for each in found]


COLOURS = """elements => elements.map(element => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  let behind = element;
  while (behind && numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  return {text: numbers(getComputedStyle(element).color), behind: numbers(getComputedStyle(behind).backgroundColor)};
})"""


def _ratio(one: list[float], other: list[float]) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [value / 255 for value in colour[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
