"""A property without whose it is gets its prefix suggested."""

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.prefixes import with_prefix
from tests.messages.conftest import Write
from tests.messages.test_check import of_mail

Body = Callable[..., str]


@pytest.mark.parametrize(
    ("name", "known", "says"),
    [
        ("first_name", {"person", "account"}, "Did you mean `person.first_name`?"),
        ("plan", {"person", "account"}, "Did you mean `account.plan`?"),
        ("name", {"person", "account"}, "Did you mean `person.name` or `account.name`?"),
        ("first_name", {"items"}, ""),
        ("nope", {"person", "account"}, ""),
    ],
)
def test_what_is_suggested(name: str, known: set[str], says: str) -> None:
    assert with_prefix(name, known) == says


@pytest.mark.parametrize("body", ["{{ first_name }}", "{% if first_name %}x{% endif %}"])
def test_a_check_suggests_it(write: Write, body: str) -> None:
    (problem,) = of_mail(write, body)
    assert problem.endswith("There is nothing called “first_name”. Did you mean `person.first_name`?")


@pytest.mark.parametrize("source", ["{{ first_name }}", "{% if first_name %}x{% endif %}"])
def test_so_does_a_message_that_cannot_be_written(body: Body, source: str) -> None:
    with pytest.raises(RenderError, match=r"called “first_name”\. Did you mean `person\.first_name`\?"):
        body(source)
