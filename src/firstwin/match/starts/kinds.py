"""Which class finds the starts of a rule."""

from __future__ import annotations

from firstwin.match.plan import Asked
from firstwin.match.starts.changes import PropertyChanged
from firstwin.match.starts.clock import ClockStruck
from firstwin.match.starts.dates import DateInData
from firstwin.match.starts.event_dates import DateOfEvent
from firstwin.match.starts.events import EveryEvent, LatestEvent, NthEvent
from firstwin.match.starts.found import StartKind
from firstwin.match.starts.states import StateBegan
from firstwin.match.starts.yearly import DateEachYear
from firstwin.rules.terms import BecomesStart, ChangedStart, DateStart, EventStart
from firstwin.rules.terms_clock import ClockStart


def kind_of(asked: Asked) -> StartKind:
    """The class that finds this rule's starts."""
    match asked.rule.when:
        case EventStart(date=str()):
            return DateOfEvent()
        case EventStart(which="every"):
            return EveryEvent()
        case EventStart(which="latest"):
            return LatestEvent()
        case EventStart():
            return NthEvent()
        case DateStart(yearly=yearly):
            return DateEachYear() if yearly else DateInData()
        case ChangedStart():
            return PropertyChanged()
        case BecomesStart():
            return StateBegan()
        case ClockStart():
            return ClockStruck()
