"""One round of delivering: what its lanes share, and when it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from sqlalchemy import Connection

from firstwin import failpoints
from firstwin.deliver.database import Database
from firstwin.deliver.desk import Desk
from firstwin.deliver.routes import Route, Routes
from firstwin.deliver.settler import Settler
from firstwin.deliver.slots import OF_ALL, Bulkhead, Slots
from firstwin.outbox.judge import Verdict
from firstwin.outbox.outcome import Outcome
from firstwin.outbox.settle import Settled, settle
from firstwin.outbox.states import State
from firstwin.senders.contract import flow_of
from firstwin.telemetry import Log, log

AT_A_TIME: Final = 4  # messages that are begun before the answers that came in meanwhile are looked at
SLOW: Final = 1.0  # seconds on the wire after which a message is taken for one that hangs


class Round:
    """Open until its time is up or it is told to stop: then nothing more goes to the wire, and nothing on it begins.

    When its time is up it stands still, until the wire is empty. Where something hangs there, it goes on for all others: it is
    late, and begins nothing more where it hangs.
    """

    def __init__(self, desk: Desk, database: Database, patience: float) -> None:
        self.desk = desk
        self.database = database
        self.patience = patience  # seconds that a message may be on the wire
        self.routes = Routes(desk.senders, desk.project.redirect_to)
        bulkhead = Bulkhead(max((OF_ALL, *(sender.slots for sender in desk.senders.values()))))
        self.slots = {name: Slots(sender.slots, bulkhead) for name, sender in desk.senders.items()}
        self.calls = {name: asyncio.Event() for name in desk.senders}
        self.settler = Settler(self._settle)
        self.dropped: Counter[State] = Counter()
        self.is_open = True
        self.is_late = False
        self._stands_still = False
        self.more = False  # work was left when the round ended
        self.has_failed = False  # answers could not be noted, which ends the round: the next could not be, either
        self.over = asyncio.Event()
        self._resting: set[str] = set()
        self._on_the_wire: dict[asyncio.Task[None], tuple[str, float]] = {}
        self._about_to_begin = 0
        self._wire_is_empty = asyncio.Event()
        self._wire_is_empty.set()

    def count(self, dropped: Mapping[int, Verdict]) -> None:
        """Deliveries that did not go out, for the sums."""
        self.dropped.update(verdict.state for verdict in dropped.values())

    def slots_of(self, route: Route) -> Slots:
        return self.slots[route.name]

    # ---- who is at work ----

    def call(self, *names: str) -> None:
        """Something may be due: the lanes to these destinations look once more, or all of them."""
        for name in names or self.calls:
            self.calls[name].set()

    def rests(self, name: str) -> None:
        """The lane to it has nothing to do until it is called."""
        self._resting.add(name)
        self._end_if_all_is_done()

    def works(self, name: str) -> None:
        self._resting.discard(name)

    def _end_if_all_is_done(self) -> None:
        called = any(call.is_set() for call in self.calls.values())
        if not self.is_on_the_wire and not called and len(self._resting) == len(self.calls):
            self.over.set()

    def takes_more_to(self, destination: str) -> bool:
        return self.is_open and not self._stands_still and not (self.is_late and self.hangs(destination))

    async def pause(self, seconds: float) -> bool:
        """Whether the round is still open after so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.over.wait()
        return self.is_open

    async def stand_still(self) -> None:
        self._stands_still = True
        for slots in self.slots.values():
            await slots.close()

    async def stay_for_others(self) -> None:
        self._stands_still, self.is_late = False, True
        for name, slots in self.slots.items():
            await (slots.close() if self.hangs(name) else slots.open())

    async def close(self) -> None:
        self.is_open = False
        self.over.set()
        self.call()
        for slots in self.slots.values():
            await slots.close()

    # ---- the wire ----

    @contextmanager
    def about_to_begin(self) -> Iterator[None]:
        """Around what takes messages to the wire and has them begin: whoever waits for the wire waits for these, too."""
        self._about_to_begin += 1
        self._wire_is_empty.clear()
        try:
            yield
        finally:
            self._about_to_begin -= 1
            self._look_whether_it_is_empty()

    def _look_whether_it_is_empty(self) -> None:
        if not self.is_on_the_wire:
            self._wire_is_empty.set()

    async def send(self, destination: str, sends: Iterable[Coroutine[None, None, None]]) -> None:
        """Lets them run beside everything else, and returns when all have begun.

        They begin a few at a time, so that where answers come fast few messages are out that nobody has noted as arrived.
        """
        loop = asyncio.get_running_loop()
        for number, each in enumerate(sends):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
                await self.settler.room()
            task = loop.create_task(each)
            self._on_the_wire[task] = destination, loop.time()
            self._wire_is_empty.clear()
            task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        destination, _ = self._on_the_wire.pop(task)
        if flow_of(self.desk.senders[destination]).ordered:
            self.call(destination)  # what was behind it may go now
        self._look_whether_it_is_empty()
        self._end_if_all_is_done()

    @property
    def is_on_the_wire(self) -> bool:
        return bool(self._on_the_wire or self._about_to_begin)

    def hangs(self, destination: str) -> bool:
        """Whether a message to it is on the wire for longer than usual."""
        long_ago = asyncio.get_running_loop().time() - SLOW
        return any(at <= long_ago and destination == name for name, at in self._on_the_wire.values())

    async def wait_for_the_wire(self, for_seconds: float | None = None) -> None:
        """Until everything that is on the wire has been settled, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(for_seconds):
                await self._wire_is_empty.wait()

    async def _settle(self, outcomes: Sequence[Outcome]) -> Settled:
        desk, on_unknown = self.desk, self.routes.on_unknown()

        def work(connection: Connection) -> Settled:
            settled = settle(connection, desk.run, outcomes, on_unknown, desk.jitter, ops=desk.project.ops)
            failpoints.reached("settling")
            return settled

        try:
            settled = await self.database.write(work)
        except Exception:
            self.has_failed = True
            await self.close()
            raise
        failpoints.reached("settled")
        for destination, told in settled.gone.items():
            log(Log.DESTINATION_DISABLED, destination=destination, told=told or None)
        return settled
