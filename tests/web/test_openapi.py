"""The site does what its description says, for thousands of requests that nobody thought of."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from firstwin.web.openapi import openapi
from firstwin.web.site import site as whole
from tests.web.given import Site, running
from tests.web.hooks.given import bounces

CASES = 2_000
# Whether a time lies more than a day ahead no schema can say, so that not all that fits it is taken.
CHECKS = ("--exclude-checks", "positive_data_acceptance")


ALSO = {"/batch": "the same as /batch/", "/openapi.json": "the description itself"}


def test_every_address_of_the_site_is_described(site: Site) -> None:
    described = site.client.get("/openapi.json")
    assert (described.status_code, described.json()) == (200, json.loads(json.dumps(openapi())))
    router: Any = whole(site.app)
    assert {route.path for route in router._app._otherwise.app.routes} == openapi()["paths"].keys() | ALSO.keys()


@pytest.mark.slow
def test_no_request_is_answered_otherwise_than_described(sqlite_engine: Engine, tmp_path: Path) -> None:
    with running(sqlite_engine, tmp_path / "project", more=bounces()) as site:
        command = [
            str(Path(sys.executable).with_name("st")),
            "run",
            f"{site.url}/openapi.json",
            "--auth",
            f"{site.key}:",
        ]
        options = ["--max-examples", "200", "--seed", "1", "--phases", "examples,coverage,fuzzing", *CHECKS]
        done = subprocess.run([*command, *options], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    cases = re.search(r"([\d,]+) generated, ([\d,]+) passed", done.stdout)
    assert cases is not None, done.stdout[-5000:]
    generated, passed = (int(number.replace(",", "")) for number in cases.groups())
    assert generated == passed >= CASES
