"""How long 100 rule tests take: those of the shipped rules, again and again, as `firstwin test` plays them.

python benchmarks/ruletest_speed.py [--tests 100]

The second figure is the whole command in a process of its own, with the start of the program and the look through the project's files.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from firstwin.tools.check import check
from firstwin.tools.new_project import new_project
from firstwin.tools.ruletests.files import files_of, rule_tests
from firstwin.tools.ruletests.run import a_bench
from firstwin.tools.surroundings import environment


def write_tests(folder: Path, count: int) -> None:
    """So many tests, one a file."""
    sources = [f"- test:{part}" for file in files_of(folder) for part in file.read_text().split("- test:")[1:]]
    for file in files_of(folder):
        file.unlink()
    for number, text in enumerate(islice(cycle(sources), count)):
        (folder / "rules" / "tests" / f"{number:03}.yaml").write_text(text)


def played(folder: Path) -> float:
    """Seconds for all tests, once the project is read."""
    checked = check(folder, {})
    tests = rule_tests(folder, checked).tests
    began = perf_counter()
    with a_bench(checked, environment(checked)) as run:
        if not all(run(one).passed for one in tests):
            raise SystemExit("A test fails: `firstwin test` tells why.")
    return perf_counter() - began


def whole_command(folder: Path) -> float:
    began = perf_counter()
    command = [sys.executable, "-m", "firstwin", "--project", str(folder), "test"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=100)
    count: int = parser.parse_args().tests
    with tempfile.TemporaryDirectory() as folder:
        new_project(Path(folder))
        write_tests(Path(folder), count)
        seconds = played(Path(folder))
        print(f"{count} rule tests: {seconds:.2f} s, {seconds / count * 1000:.1f} ms each")
        print(f"`firstwin test` with them: {whole_command(Path(folder)):.2f} s")


if __name__ == "__main__":
    main()
