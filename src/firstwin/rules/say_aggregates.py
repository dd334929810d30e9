"""In words: what is counted in people or days, added up, open, the latest, or done of a list.

What happened and in which window is handed in as words: ``say_term`` knows how those read.
"""

from __future__ import annotations

from collections.abc import Sequence

from firstwin.rules.terms import Done, Measure, Open

IN_ITS_ZONE = "of its own time zone"


def say_measure(measure: Measure, what: str, window: str) -> str:
    match measure.what:
        case "people":
            return f"{what.removesuffix(' by anyone in the account')} by {_people(measure)} {window}"
        case "days":
            return f"{what} on {_amount(measure, 'day')} {IN_ITS_ZONE} {window}"
        case "total":
            return f"the total {measure.prop} of {what} {window} is {_amount(measure)}"


def _people(measure: Measure) -> str:
    if measure.of is not None:
        return f"people whose number is {_amount(measure)}"
    return _amount(measure, "person", "people")


def _amount(measure: Measure, one: str = "", many: str = "") -> str:
    """``at least 3 different days``; ``1 to 2 people``; ``at least 50% of account.seats``."""
    if measure.of is not None:
        said = _bounds(
            *(None if share is None else f"{share * 100:.10g}%" for share in (measure.at_least, measure.at_most))
        )
        return f"{said} of {measure.of}"
    said = _bounds(*(None if number is None else f"{number:,.10g}" for number in (measure.at_least, measure.at_most)))
    counted = measure.at_least if measure.at_most is None else measure.at_most
    return said + _counted(counted, one, many)


def _counted(number: float | None, one: str, many: str = "") -> str:
    if not one:
        return ""
    return f" {one}" if number == 1 else f" different {many or one + 's'}"


def _bounds(at_least: str | None, at_most: str | None) -> str:
    if at_most is None:
        return f"at least {at_least}"
    if at_least is None:
        return f"at most {at_most}"
    return f"exactly {at_least}" if at_least == at_most else f"{at_least} to {at_most}"


def say_open(term: Open, opened: str, closed: str) -> str:
    said = _whole(term)
    number = term.at_least if term.at_most is None else term.at_most
    return f"{opened} and not {closed} since then, for {said}{_counted(number, term.per, term.per)}"


def say_latest(event: str, where: str) -> str:
    """``where`` stands in brackets, as it does behind an event elsewhere."""
    return f"the latest {event} of all so far is one {where.strip()[1:-1]}"


def say_done(term: Done, parts: Sequence[str]) -> str:
    return f"{_whole(term)} of these {len(parts)} at any time so far ({'; '.join(parts)})"


def _whole(term: Done | Open) -> str:
    return _bounds(*(None if number is None else f"{number:,}" for number in (term.at_least, term.at_most)))
