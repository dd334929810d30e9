"""One round of delivering: what its lanes share, and when it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Mapping, Sequence

from firstwin.deliver.database import Database
from firstwin.deliver.desk import Desk
from firstwin.deliver.routes import Route, Routes
from firstwin.deliver.settler import Settler
from firstwin.deliver.slots import Slots
from firstwin.outbox.judge import Verdict
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import Settled, settle
from firstwin.outbox.states import State


class Round:
    """Open until its time is up or it is told to stop: then nothing more goes to the wire."""

    def __init__(self, desk: Desk, database: Database, patience: float) -> None:
        self.desk = desk
        self.database = database
        self.patience = patience  # seconds that a message may be on the wire
        self.routes = Routes(desk.senders, desk.project.redirect_to)
        self.slots = {name: Slots(sender.slots) for name, sender in desk.senders.items()}
        self.settler = Settler(self._settle)
        self.dropped: Counter[State] = Counter()
        self.is_open = True
        self.more = False  # work was left when the round ended
        self._sends: set[asyncio.Task[None]] = set()

    def count(self, dropped: Mapping[int, Verdict]) -> None:
        """Deliveries that did not go out, for the sums."""
        self.dropped.update(verdict.state for verdict in dropped.values())

    async def close(self) -> None:
        self.is_open = False
        for slots in self.slots.values():
            await slots.close()

    def slots_of(self, route: Route) -> Slots:
        return self.slots[route.name]

    def send(self, sends: Iterable[Coroutine[None, None, None]]) -> None:
        """Lets them run beside everything else."""
        for each in sends:
            task = asyncio.get_running_loop().create_task(each)
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    async def wait_for_the_wire(self) -> None:
        """Until everything that is on the wire has been settled."""
        while self._sends:
            await asyncio.wait(self._sends)

    async def _settle(self, outcomes: Sequence[Outcome]) -> Settled:
        desk = self.desk
        on_unknown = self.routes.on_unknown()
        return await self.database.write(lambda c: settle(c, desk.run, outcomes, on_unknown, desk.jitter))
