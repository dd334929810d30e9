import io
from datetime import UTC, datetime, timedelta

from rich.console import Console

from firstwin.demo.happenings import Happening
from firstwin.demo.screen import SHOWN, Screen

BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PAGE = "http://127.0.0.1:8025"


def happening(day: int, what: str = "welcome → ada@blue.example") -> Happening:
    return Happening(BEGIN + timedelta(days=day), "mail", "Blue", what)


def told(news: list[Happening], *, terminal: bool) -> str:
    file = io.StringIO()
    screen = Screen(Console(file=file, force_terminal=terminal, width=100, height=40, color_system=None), PAGE)
    with screen.drawn(BEGIN):
        screen.tell(news, BEGIN + timedelta(days=2))
    return file.getvalue()


def test_where_nothing_can_be_drawn_each_happening_is_a_line() -> None:
    assert told([happening(1)], terminal=False) == (
        "day   1 09:00  mail     Blue                  welcome → ada@blue.example\n"
    )


def test_in_a_terminal_the_newest_are_a_table_with_the_day_and_the_page() -> None:
    shown = told([happening(n, f"number-{n}.") for n in range(SHOWN + 3)], terminal=True)
    assert "day   2" in shown
    assert f"{SHOWN + 3} messages sent" in shown
    assert PAGE in shown
    assert "number-2." not in shown
    assert f"number-{SHOWN + 2}." in shown
