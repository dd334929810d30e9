"""docker-compose.yml starts a whole Firstwin: by the schema of compose files, and by what matters beyond it."""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firstwin.cli.main import cli
from firstwin.settings import PREFIX, Settings
from tests.house.containers import compose, dockerfile, mistakes
from tests.house.sources import ROOT

FILE = compose()
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
ONE_SHOT = {name for name, service in SERVICES.items() if service["restart"] == "no"}

each_service = pytest.mark.parametrize("name", SERVICES)
each_of_ours = pytest.mark.parametrize("name", OURS)


def test_it_is_a_compose_file() -> None:
    assert mistakes(FILE) == []


@pytest.mark.parametrize(
    "wrong", [{"restarts": "always"}, {"healthcheck": {"test": 5}}, {"depends_on": {"postgres": {"condition": "up"}}}]
)
def test_the_schema_notices_mistakes(wrong: dict[str, Any]) -> None:
    broken = copy.deepcopy(FILE)
    broken["services"]["worker"].update(wrong)
    assert mistakes(broken) != []


def test_there_is_everything_that_firstwin_needs() -> None:
    assert set(SERVICES) == {"postgres", "valkey", "mail", "migrate", "worker", "beat", "web"}
    assert set(OURS) == {"migrate", "worker", "beat", "web"}
    assert {"migrate"} == ONE_SHOT
    assert SERVICES["worker"]["deploy"]["replicas"] >= 2


@each_service
def test_whoever_runs_is_looked_after(name: str) -> None:
    service = SERVICES[name]
    if name in ONE_SHOT:
        assert service["healthcheck"] == {"disable": True}
        return
    assert service["restart"] == "unless-stopped"
    own = name in OURS and "HEALTHCHECK" in dict(dockerfile())
    assert own or service["healthcheck"]["test"][0] == "CMD"


@each_service
def test_nobody_starts_before_what_it_needs_is_ready(name: str) -> None:
    waits = SERVICES[name].get("depends_on", {})
    ready = {needed: "service_completed_successfully" if needed in ONE_SHOT else "service_healthy" for needed in waits}
    assert {needed: wait["condition"] for needed, wait in waits.items()} == ready


def test_workers_and_beat_wait_for_the_tables() -> None:
    assert all("migrate" in OURS[name]["depends_on"] for name in ("worker", "beat", "web"))


@each_service
def test_no_secret_stands_in_the_file(name: str) -> None:
    told = SERVICES[name].get("environment", {})
    secret = {key: value for key, value in told.items() if re.search("PASSWORD|SECRET|TOKEN|KEY", key)}
    assert [key for key, value in secret.items() if not re.fullmatch(r"\$\{[A-Z_]+:\?.+\}", value)] == []
    assert [value for value in told.values() if re.search(r"//[^/]*:[^/]*@", str(value))] == []


@each_service
def test_an_image_has_a_version(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9./-]+:v?\d[\w.-]*", SERVICES[name]["image"])


@each_service
def test_only_this_machine_is_let_in(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@each_of_ours
def test_our_containers_may_do_little(name: str) -> None:
    service = OURS[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service


@each_of_ours
def test_a_container_runs_a_command_that_there_is(name: str) -> None:
    assert OURS[name]["command"][0] in {command.name for command in cli.registered_commands}


@each_of_ours
def test_a_container_is_told_settings_that_there_are(name: str) -> None:
    told = {key for key in OURS[name]["environment"] if key.startswith(PREFIX)}
    assert told <= {PREFIX + setting.upper() for setting in Settings.model_fields}
    needed = ("DATABASE_URL", "BROKER_URL", "SECRET", "PUBLIC_URL")
    assert {PREFIX + setting for setting in needed} <= told


def test_the_pages_are_where_their_links_lead() -> None:
    web = OURS["web"]
    port = str(Settings.model_fields["web_port"].default)
    assert web["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert web["environment"][PREFIX + "WEB_HOST"] == "0.0.0.0"  # noqa: S104 - inside its container
    assert web["environment"][PREFIX + "PUBLIC_URL"].endswith(f":-http://localhost:{port}}}")
    assert f"127.0.0.1:{port}/healthz" in web["healthcheck"]["test"][-1]


@each_of_ours
def test_the_project_folder_is_put_together_from_this_repository(name: str) -> None:
    mounts = [mount.split(":") for mount in OURS[name]["volumes"]]
    assert {inside for _, inside, _ in mounts} == {"/project/firstwin.yaml", "/project/rules", "/project/templates"}
    assert [outside for outside, _, how in mounts if how != "ro" or not (ROOT / outside).exists()] == []


def test_a_worker_has_time_to_finish_what_is_on_the_wire() -> None:
    assert OURS["worker"]["stop_grace_period"] == "30s"  # RELIABILITY: a task drains for at most 20 s


def test_the_data_of_postgresql_outlives_its_container() -> None:
    mounts = dict(mount.split(":") for mount in SERVICES["postgres"]["volumes"])
    assert set(mounts) <= set(FILE["volumes"])
    assert list(mounts.values()) == ["/var/lib/postgresql"]


def test_the_project_is_right_with_what_it_is_given(tmp_path: Path) -> None:
    for outside, inside, _ in (mount.split(":") for mount in OURS["worker"]["volumes"]):
        copy_to = tmp_path / Path(inside).relative_to("/project")
        (shutil.copytree if (ROOT / outside).is_dir() else shutil.copy)(ROOT / outside, copy_to)
    given = {key: value for key, value in OURS["worker"]["environment"].items() if not key.startswith(PREFIX)}
    checked = subprocess.run(
        [sys.executable, "-m", "firstwin", "check"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, " 0 mistakes" in checked.stdout) == (0, True), checked.stderr
