"""The ingest does what its description says, for thousands of requests that nobody thought of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from firstwin.web.openapi import openapi
from tests.web.given import Site, running

CASES = 2_000
# Whether a time lies more than a day ahead no schema can say, so that not all that fits it is taken.
CHECKS = ("--exclude-checks", "positive_data_acceptance")


def test_every_address_of_the_ingest_is_described(site: Site) -> None:
    described = site.client.get("/openapi.json")
    assert described.status_code == 200
    assert described.json() == openapi()
    for path, about in openapi()["paths"].items():
        method = next(iter(about))
        assert site.client.request(method, path).status_code != 404


@pytest.mark.slow
def test_no_request_is_answered_otherwise_than_described(sqlite_engine: Engine, tmp_path: Path) -> None:
    with running(sqlite_engine, tmp_path / "project") as site:
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
