"""Nothing outlives the rehearsal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.keeper import Keeper
from tests.chaos.processes import ROOT
from tests.chaos.waiting import until

pytestmark = pytest.mark.slow

FOREVER = [sys.executable, "-S", "-c", "import time; time.sleep(600)"]
KILLED = """
import os, signal, subprocess, sys
from pathlib import Path
from tests.chaos.keeper import Keeper
keeper = Keeper()
keeper.remove(Path(sys.argv[1]))
child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], stdout=subprocess.DEVNULL)
keeper.began(child.pid)
print(child.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def is_running(pid: int) -> bool:
    """A zombie is not: whoever would collect it has been killed."""
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")


def test_what_is_left_ends_with_it_and_what_has_ended_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(FOREVER) as left, subprocess.Popen(FOREVER) as ended:
        with Keeper() as keeper:
            keeper.began(left.pid)
            keeper.began(ended.pid)
            keeper.ended(ended.pid)
            keeper.remove(tmp_path / "folder")
            (tmp_path / "folder").mkdir()
        assert left.wait(5) == -signal.SIGKILL
        assert ended.poll() is None
        assert not (tmp_path / "folder").exists()
        ended.kill()


def test_it_works_where_the_rehearsal_itself_was_killed(tmp_path: Path) -> None:
    """Its end of the pipe is closed by the system; the keeper's own end tells us that it has done its work."""
    folder = tmp_path / "folder"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == -signal.SIGKILL
    until(lambda: not is_running(int(done.stdout)), 5, "Its child has ended")
    assert not folder.exists()
