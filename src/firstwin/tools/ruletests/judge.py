"""Compares what is expected with what came: each line with one outcome, and no message without a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from firstwin.rules.ruletest import RuleTest, Wanted
from firstwin.tools.ruletests.came import NO_START, Came, Outcome
from firstwin.tools.ruletests.proof import Shown
from firstwin.tools.ruletests.reasons import told

Prove = Callable[[Outcome], Sequence[Shown]]


@dataclass(frozen=True)
class Difference:
    """Either side may be missing: what was expected and did not come, what came and nobody expected.

    ``differs`` names the words in which the two differ.
    """

    wanted: Wanted | None
    came: Outcome | None
    differs: tuple[str, ...] = ()
    silence: str = ""  # the reason that was expected for nothing


def differences(test: RuleTest, came: Came, prove: Prove) -> list[Difference]:
    if not test.expect:
        return list(_nothing(test, came, prove))
    loud = [wanted for wanted in test.expect if wanted.sends is None]
    quiet = [wanted for wanted in test.expect if wanted.sends is not None]
    return [*_paired(loud, came.sent, came, prove), *_missing_silence(quiet, came, prove)]


def _nothing(test: RuleTest, came: Came, prove: Prove) -> Iterator[Difference]:
    yield from (Difference(None, one) for one in came.sent)
    if not came.sent and test.because and not any(_is_because(test.because, one, prove) for one in came.silent):
        yield Difference(None, came.silent[0] if came.silent else None, ("because",), test.because)


def _missing_silence(quiet: Sequence[Wanted], came: Came, prove: Prove) -> Iterator[Difference]:
    left = list(came.silent)
    for wanted in quiet:
        found = next((one for one in left if not _differs(wanted, one, prove)), None)
        if found is None:
            yield Difference(wanted, _nearest(wanted, left, prove))
        else:
            left.remove(found)


def _paired(loud: Sequence[Wanted], sent: Sequence[Outcome], came: Came, prove: Prove) -> Iterator[Difference]:
    partner = _partners([[not _differs(wanted, one, prove) for one in sent] for wanted in loud])
    left = [one for place, one in enumerate(sent) if place not in partner.values()]
    for place, wanted in enumerate(loud):
        if place in partner:
            continue
        nearest = _nearest(wanted, left, prove)
        if nearest is not None:
            left.remove(nearest)
            yield Difference(wanted, nearest, _differs(wanted, nearest, prove))
        else:
            yield Difference(wanted, _instead(wanted, came))
    yield from (Difference(None, one) for one in left)


def _partners(fits: Sequence[Sequence[bool]]) -> dict[int, int]:
    """As many lines as possible, each with an outcome of its own (augmenting paths)."""
    taken: dict[int, int] = {}

    def find(line: int, tried: set[int]) -> bool:
        for place, fit in enumerate(fits[line]):
            if fit and place not in tried:
                tried.add(place)
                if place not in taken or find(taken[place], tried):
                    taken[place] = line
                    return True
        return False

    for line in range(len(fits)):
        find(line, set())
    return {line: place for place, line in taken.items()}


def _nearest(wanted: Wanted, left: Sequence[Outcome], prove: Prove) -> Outcome | None:
    """The outcome that was most likely meant: of the same step, with the fewest differences."""
    of_step = [one for one in left if _is_of_step(wanted, one)]
    return min(of_step, key=lambda one: len(_differs(wanted, one, prove)), default=None)


def _is_of_step(wanted: Wanted, one: Outcome) -> bool:
    same_rule = wanted.rule in (None, one.rule)
    return same_rule and _is_step(wanted, one) and wanted.account in (None, one.account)


def _is_step(wanted: Wanted, one: Outcome) -> bool:
    """A repeated step is the same step, each time."""
    return wanted.step in (None, one.step, one.step.partition(".")[0])


def _instead(wanted: Wanted, came: Came) -> Outcome | None:
    """Why the message stayed out, where that is known."""
    found = [one for one in came.silent if _is_of_step(wanted, one) or one.name == NO_START]
    near = [one for one in found if one.at == wanted.at]
    return next(iter([*near, *found]), None)


def _differs(wanted: Wanted, one: Outcome, prove: Prove) -> tuple[str, ...]:
    """The words in which an outcome is not what is wanted."""
    asked: dict[str, bool] = {
        "rule": wanted.rule in (None, one.rule),
        "step": _is_step(wanted, one),
        "at": wanted.at in (None, one.at),
        "account": wanted.account in (None, one.account),
        "person": wanted.person in (None, one.person),
        "to": wanted.to is None or wanted.to.lower() in [name.lower() for name in one.to],
        "says": all(text in one.text for text in wanted.says),
        "because": wanted.because is None or _is_because(wanted.because, one, prove),
    }
    if wanted.action is not None:
        asked[wanted.action[0]] = wanted.action == (one.kind, one.name)
    return tuple(word for word, fits in asked.items() if not fits)


def _is_because(because: str, one: Outcome, prove: Prove) -> bool:
    """A reason's code, or a part of what is told of it: its sentence, or a clause that bears on it."""
    if one.is_silent and because == one.name:
        return True
    text = _plain(because)
    sentences = [one.why, *([told(one.name).replace("`", "")] if one.is_silent else [])]
    if any(text in _plain(sentence) for sentence in sentences):
        return True
    return any(text in _plain(shown.says) for shown in prove(one))


def _plain(text: str) -> str:
    """Without capitals, and with the words of the language as they are spoken: only_if, only if."""
    return " ".join(text.replace("_", " ").split()).casefold()
