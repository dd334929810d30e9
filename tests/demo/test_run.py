"""The whole demo, as people start it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.slow

LONGEST = 240  # seconds; a busy machine is not a failure


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "firstwin", "demo", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_it_ends_by_itself_with_a_summary_of_real_messages() -> None:
    demo = start("--exit")
    told, trouble = demo.communicate(timeout=LONGEST)
    assert demo.returncode == 0, trouble
    assert trouble == ""
    delivered = re.search(r"(\d+) messages delivered; (\d+) of 12 accounts", told)
    assert delivered is not None
    assert int(delivered[1]) >= 25
    assert int(delivered[2]) >= 5


def test_ctrl_c_ends_it_and_its_page_is_there_until_then() -> None:
    demo = start("--seconds", "60")
    try:
        assert demo.stdout is not None
        page = re.search(r"http://\S+", demo.stdout.readline())
        assert page is not None
        while " mail " not in demo.stdout.readline():
            assert demo.poll() is None
        with urlopen(f"{page[0]}/messages.json") as answer:  # noqa: S310 - our own page on this machine
            came = answer.read().decode()
        assert "Welcome to Acme Reports" in came
        way_out = re.search(r"http://127\.0\.0\.1:\d+/u/[\w.-]+", came)
        assert way_out is not None
        with urlopen(way_out[0]) as answer:  # noqa: S310 - our own page on this machine
            assert "Stop “Tips and offers”" in answer.read().decode()
        demo.send_signal(signal.SIGINT)
        _, trouble = demo.communicate(timeout=LONGEST)
        assert demo.returncode == 0, trouble
        assert trouble == ""
    finally:
        demo.kill()
