"""The SDKs that products have already, unchanged from their packages: every message arrives once, over a bad line too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from firstwin.db import tables
from firstwin.db.engine import read
from tests.web.flaky import flaky
from tests.web.given import Site

SDKS = Path(__file__).parent / "sdks"
MANY = 60  # three batches and a bit
PYTHON = {"segment": "segment_python.py", "rudderstack": "rudder_python.py", "posthog": "posthog_python.py"}
PATIENCE_S = 240

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("sdk", PYTHON)
def test_a_python_sdk_brings_every_message_once(site: Site, sdk: str) -> None:
    gzipped = _send(site, sys.executable, SDKS / PYTHON[sdk])
    assert gzipped
    _all_arrived_once(site)


def test_the_node_sdk_brings_every_message_once(site: Site, node_project: Path) -> None:
    _send(site, "node", node_project / "segment_node.mjs")
    _all_arrived_once(site)


DOCS = Path(__file__).parents[2]
SIGNED_UP = {
    "segment.analytics": "analytics.track('ada', 'signed_up')\nanalytics.shutdown()",
    "rudderstack.analytics": "analytics.track('ada', 'signed_up')\nanalytics.shutdown()",
    "posthog": "posthog.capture('signed_up', distinct_id='ada')\nposthog.shutdown()",
}


@pytest.mark.parametrize(
    ("file", "sdk"), [("README.md", "segment.analytics"), *(("docs/ingest.md", sdk) for sdk in SIGNED_UP)]
)
def test_the_lines_that_the_docs_show_are_enough(site: Site, tmp_path: Path, file: str, sdk: str) -> None:
    blocks = re.findall(r"```python\n(.+?)```", (DOCS / file).read_text(), re.DOTALL)
    (said,) = (block for block in blocks if re.search(rf"(import|from) {sdk}\b", block))
    said = said.replace("fw_...", site.key).replace("https://nudges.example.com", site.url)
    assert said.count(site.key) == said.count(f'"{site.url}"') == 1
    script = tmp_path / "product.py"
    script.write_text(f"{said}\n{SIGNED_UP[sdk]}\n")
    subprocess.run([sys.executable, str(script)], check=True, timeout=PATIENCE_S)
    assert [(row.name, row.person_id) for row in site.facts()] == [("signed_up", "ada")]


@pytest.fixture(scope="session")
def node_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK installed from npm. Only where there is no Node.js can this not be tried."""
    if shutil.which("npm") is None and not os.environ.get("CI"):
        pytest.skip("Node.js is not installed: apt-get install nodejs npm")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "segment_node.mjs"):
        shutil.copy(SDKS / name, folder)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    subprocess.run(["npm", "install", *options], cwd=folder, check=True, timeout=PATIENCE_S)
    return folder


def _send(site: Site, program: str, script: Path) -> bool:
    """Whether what it sent was gzipped. The first answer is lost, the next request turned away."""
    with flaky(site.url) as way:
        command = [program, str(script), site.key, way.url, str(MANY)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr
    statuses = [status for status, _ in way.seen]
    assert statuses[:2] == [500, 503]
    assert set(statuses[2:]) == {200}
    return {encoding for _, encoding in way.seen} == {"gzip"}


def _all_arrived_once(site: Site) -> None:
    sent = site.facts("report_sent")
    assert sorted(row.props["number"] for row in sent) == list(range(MANY))
    assert {(row.account_id, row.person_id, row.source) for row in sent} == {("acme", "ada", "shop")}
    assert Counter(row.name for row in site.facts("page_viewed", "screen_viewed", "firstwin.alias")) == {
        "page_viewed": 1, "screen_viewed": 1, "firstwin.alias": 1,
    }  # fmt: skip
    with read(site.engine) as connection:
        account = connection.execute(select(tables.account.c.traits).where(tables.account.c.id == "acme")).scalar_one()
        person = connection.execute(select(tables.person.c.traits).where(tables.person.c.id == "ada")).scalar_one()
        came = connection.execute(select(tables.intake)).all()
    assert (account["mrr"], person["email"]) == (1200, "ada@acme.example")
    assert sum(row.repeated for row in came) >= 1  # the first batch came twice
    assert sum(row.rejected for row in came) == 0
