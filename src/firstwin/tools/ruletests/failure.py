"""A failure in words: what was expected, what came, and what shows why it came."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from firstwin.rules.ruletest import RuleTest, Wanted
from firstwin.rules.ruletest_times import written
from firstwin.tools.ruletests.came import Outcome
from firstwin.tools.ruletests.judge import Difference, Prove
from firstwin.tools.ruletests.proof import Shown
from firstwin.tools.ruletests.reasons import told

LONGEST_TEXT = 400  # characters of a message
Tone = Literal["", "bad", "quiet"]


@dataclass(frozen=True)
class Failure:
    """``differs`` are the words in which the two differ; ``text`` is the message, where it should have said something."""

    expected: str
    came: str
    because: str = ""
    differs: tuple[str, ...] = ()
    evidence: tuple[Shown, ...] = ()
    text: str = ""

    def lines(self) -> Iterator[tuple[str, Tone]]:
        """For people: each line with how it is meant."""
        yield f"expected  {self.expected}", ""
        yield f"came      {self.came}", "bad"
        if self.differs:
            yield f"          not as expected: {', '.join(self.differs)}", "bad"
        if self.because:
            yield f"because   {self.because}", "quiet"
        wide = max((len(each.says) for each in self.evidence), default=0)
        first = max((len(each.where) for each in self.evidence), default=0)
        for each in self.evidence:
            stands = f"{'yes' if each.holds else 'no'}{each.shows and f': {each.shows}'}"
            yield f"          {each.where:<{first}} {each.says:<{wide}}  {stands}", ""
        for line in self.text.splitlines():
            yield f"          │ {line}", "quiet"


def failure(test: RuleTest, one: Difference, prove: Prove) -> Failure:
    outcome = one.came
    several = len(test.rule) > 1
    return Failure(
        _expected(test, one),
        "nothing" if outcome is None else _outcome(outcome, several=several),
        "" if outcome is None else outcome.why,
        one.differs,
        () if outcome is None else tuple(prove(outcome)),
        outcome.text.strip()[:LONGEST_TEXT] if outcome is not None and "says" in one.differs else "",
    )


def _expected(test: RuleTest, one: Difference) -> str:
    if one.wanted is not None:
        return _wanted(one.wanted)
    if one.silence:
        return f"nothing, because {one.silence}"
    return "nothing more" if test.expect else "nothing"


def _wanted(wanted: Wanted) -> str:
    action = "nothing" if wanted.sends else " ".join(wanted.action or ("a message",))
    said = [
        f"step {wanted.step}" if wanted.step else "",
        f"rule {wanted.rule}" if wanted.rule else "",
        f"about {wanted.account or wanted.person}" if wanted.account or wanted.person else "",
        f"because {wanted.because}" if wanted.because else "",
        *(f"saying “{text}”" for text in wanted.says),
    ]
    to = f" to {wanted.to}" if wanted.to else ""
    return _sentence(wanted.at, f"{action}{to}", said)


def _outcome(one: Outcome, *, several: bool) -> str:
    what = f"nothing: {one.name}, {told(one.name)}" if one.is_silent else f"{one.kind} {one.name}"
    to = f" to {one.to[0]}" if one.to and not one.is_silent else ""
    said = [f"step {one.step}" if one.step else "", f"rule {one.rule}" if several else ""]
    said.append(f"about {one.subject}" if one.subject else "")
    return _sentence(one.at, f"{what}{to}", said)


def _sentence(at: datetime | None, what: str, said: list[str]) -> str:
    return ", ".join(filter(None, [f"{written(at) if at else ''}  {what}".strip(), *said]))
