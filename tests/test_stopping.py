from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from firstwin.stopping import SIGNALS, Stop


@pytest.fixture(autouse=True)
def handlers_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Finalized:
    """What is told while a finalizer runs: whatever is raised there is lost."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.mark.parametrize("number", SIGNALS)
def test_until_something_runs_a_signal_ends_the_process_with_code_0(number: signal.Signals) -> None:
    stop = Stop()
    with pytest.raises(SystemExit) as ended:
        signal.raise_signal(number)
    assert ended.value.code == 0
    assert stop.asked


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_was_raised_where_it_is_lost_is_noted_all_the_same() -> None:
    stop = Stop()
    Finalized()
    stop.quietly()
    assert stop.wait(0)
    called: list[str] = []
    stop.calls(lambda: called.append("at once"))
    assert called == ["at once"]


def test_a_signal_ends_a_wait_and_every_one_after_it() -> None:
    stop = Stop()
    stop.quietly()
    assert not stop.wait(0)
    began = time.monotonic()
    threading.Timer(0.05, signal.raise_signal, (signal.SIGTERM,)).start()
    assert stop.wait(30)
    assert time.monotonic() - began < 5
    assert [stop.wait(30), stop.wait(0), stop.asked] == [True] * 3


def test_a_signal_calls_what_is_to_be_called() -> None:
    stop, called = Stop(), list[str]()
    stop.calls(lambda: called.append("stopped"))
    assert called == []
    signal.raise_signal(signal.SIGINT)
    assert called == ["stopped"]


def test_signals_are_taken_back_from_a_library() -> None:
    stop = Stop()
    stop.quietly()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    stop.listen()
    signal.raise_signal(signal.SIGINT)
    assert stop.asked


def test_what_a_signal_tells_may_take_a_lock_that_the_main_thread_holds() -> None:
    """As an Event does that is being waited for: in the handler itself that would be for ever."""
    lock, told = threading.Lock(), threading.Event()

    def take() -> None:
        if lock.acquire(timeout=5):
            told.set()

    with Stop().tells(take):
        with lock:
            signal.raise_signal(signal.SIGTERM)
            assert not told.wait(0.05)
        assert told.wait(5)


def test_afterwards_nothing_is_told() -> None:
    stop, told = Stop(), list[str]()
    with stop.tells(lambda: told.append("late")):
        pass
    stop.note()
    for thread in threading.enumerate():
        if thread.name == "stopping":
            thread.join(5)
    assert told == []
