"""How large a template and what it makes may be: a mistake in a template must not hurt the worker."""

from __future__ import annotations

from typing import Final

SOURCE: Final = 256_000  # characters of one template file
PARTS: Final = 2_000  # of its `{{ … }}` and `{% … %}`: beyond that it takes seconds to be read
RENDERED: Final = 200_000  # characters of one part of a message; Gmail cuts mails at 102 kB
TURNS: Final = 10_000  # turns of all loops together
WORK: Final = 2_000_000  # characters and values that are looked at: a second or two, where each is sorted
FREE: Final = 50  # filters and comparisons outside of loops that are not counted: an honest template has fewer
NUMBER: Final = 10**15  # what arithmetic in a template may reach
DEPTH: Final = 20  # lists and groups inside one another, in the data of a message
VALUES: Final = 20_000  # values in the data of one message

SUBJECT: Final = 250  # characters; the rest is cut off with an ellipsis
PREHEADER: Final = 250
LINK: Final = 2_000

TITLE: Final = 150  # Slack's header takes 150 characters
BODY: Final = 2_000
NEXT_STEP: Final = 500
LINK_LABEL: Final = 60
FIELDS: Final = 10  # Slack takes ten fields in a section
FIELD_LABEL: Final = 60
FIELD_VALUE: Final = 300


def cut(text: str, most: int) -> str:
    """``text`` with at most ``most`` characters, the last one an ellipsis where something was cut off."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
