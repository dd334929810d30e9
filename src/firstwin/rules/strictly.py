"""`more_than` and `less_than` where something is counted: the number itself is written, so that there is one way to say it."""

from __future__ import annotations

from firstwin.rules.names import share_of

MORE = ("more_than", "over", "greater_than", "gt")
LESS = ("less_than", "fewer_than", "under", "lt")
CENT, PERCENT = 0.01, 0.01


def instead_of_strict(called: str, key: str, value: object, *, whole: bool = True) -> tuple[str, str] | None:
    """What to tell about such a word, with the number that is meant; None for any other word. Of what is ``whole`` there are no parts."""
    if key not in (*MORE, *LESS):
        return None
    word = "at_least" if key in MORE else "at_most"
    message = f"{called} has no `{key}`: it says the number itself."
    share, number = share_of(value), value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if share is not None:
        near = share + (PERCENT if key in MORE else -PERCENT)
        return message, f"Write `{word}: {near * 100:g}%`, or a share as close to {value} as you like."
    if number is None:
        return message, f"Write `{word}:`, which counts that number too."
    if not whole:
        return (
            message,
            f"Write `{word}: {number + (CENT if key in MORE else -CENT):.12g}`, or an amount as close to {number:g} as you like.",
        )
    meant = int(number) + (1 if key in MORE else -1)
    if meant <= 0:
        return message, "That it happened not even once is said with `did_not:`."
    return message, f"{'More' if key in MORE else 'Fewer'} than {number:g} is `{word}: {meant}`."
