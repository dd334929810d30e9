"""How long `firstwin plan` takes: what two edited rules would do, one about an event and one about a state.

    python -m benchmarks.plan_speed [--accounts 100000] [--databases sqlite postgresql]

Each rule is asked for twice (as it runs, as the files have it) over the last week of history, and once more at the first tick after going live.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

from benchmarks.match_speed import DAY, QUIET, T0, THREE, add_cohort, database, fill, ticks
from sqlalchemy import Engine

from firstwin.db.engine import write
from firstwin.db.runs import Run, open_run
from firstwin.rules.terms import Rule
from firstwin.tick.environment import Environment
from firstwin.tick.feeds import Feeds
from firstwin.tick.sync import sync_rules
from firstwin.tools.plan.plan import make_plan

LIVE = (*THREE, QUIET)
SINCE = timedelta(days=7)
PROMISED_S = 30


def edited(rule: Rule, wait: timedelta) -> Rule:
    return replace(rule, steps=(replace(rule.steps[0], wait=wait),), version=f"{rule.version}-edited")


FILES = (edited(THREE[0], timedelta(hours=36)), *THREE[1:], edited(QUIET, DAY))
CASES = {
    "an event rule": (FILES[0], *LIVE[1:]),
    "a state rule": (*LIVE[:3], FILES[3]),
    "both": FILES,
}


def measure(engine: Engine) -> None:
    env = Environment(LIVE, feeds=Feeds())
    with write(engine) as c:
        open_run(c, "live", virtual_from=T0, rate=0)
        sync_rules(c, "live", LIVE, T0 - 10 * DAY)
    ticks(engine, env, Run("live", T0, T0, 0, sends=True), LIVE, T0)
    for name, files in CASES.items():
        began = perf_counter()
        plan = make_plan(engine, replace(env, rules=files, feeds=Feeds(), _asked={}), SINCE, lambda _share: None)
        seconds = perf_counter() - began
        verdict = "kept" if seconds <= PROMISED_S else "BROKEN"
        newly, no_longer = plan.total("newly")[0], plan.total("no_longer")[0]
        print(f"  {name:16} {seconds:7.2f} s   {verdict}   {newly:,} newly nudged, {no_longer:,} no longer")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    chosen = parser.parse_args()
    for kind in chosen.databases:
        with database(kind) as engine:
            fill(engine, chosen.accounts)
            add_cohort(engine)
            print(f"\nplan: {kind}, {chosen.accounts:,} accounts, {chosen.accounts * 22:,} facts")
            measure(engine)


if __name__ == "__main__":
    main()
