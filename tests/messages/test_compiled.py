"""Where a mistake is, in the author's own lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail

MakeMail = Callable[..., Mail]


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("{{ account.seats }}", 4, "missing_value"),
        ("\n\n{{ account.seats }}", 6, "missing_value"),
        ("# A\n\n- one\n- two {{ account.plan }}\n- three {{ account.seats }}", 8, "missing_value"),
        ("{{ account.plan\n   | upper\n   | date }}", 6, "failed"),
        ("{% for s in missing %}\n- {{ s.label }}\n- {{ s.price }}\n{% endfor %}", 6, "missing_value"),
        ("{% if account.plan %}\n\n{{ 1 / 0 }}\n{% endif %}", 6, "failed"),
        ("A\n\n[x](https://example.com/{{ account.seats }})", 6, "missing_value"),
        ('A\n\n{{ button("x", "ftp://x") }}\n', 6, "bad_link"),
        ("A\n\n{{ account. }}", 6, "syntax"),
        ("A\n\n{{ account.name", 6, "syntax"),
        ("A\n\n{% if account.name %}\nB", 6, "syntax"),
        ("A\n\n{% endif %}", 6, "syntax"),
        ("A\n\n{% fi account.name %}", 6, "syntax"),
        ("A\n\n{{ account.name) }}", 6, "syntax"),
        ("A\n\n{{ }}", 6, "syntax"),
        ("A\n\n{% %}", 6, "syntax"),
        ("A\n\n{{ account.name | nope }}", 6, "syntax"),
        ("A\n\n{{ account.name is nope }}", 6, "syntax"),
        ("A\n\n{% include 'x' %}", 6, "not_allowed"),
        ("A\n\nzqv7zq", 4, "syntax"),
    ],
)
def test_a_mistake_is_told_with_its_line(mail: MakeMail, body: str, line: int, reason: str) -> None:
    with pytest.raises(RenderError) as stopped:
        mail(body)
    assert (stopped.value.template, stopped.value.line, stopped.value.reason) == ("templates/mail/t.md", line, reason)
    assert "zq" not in stopped.value.message.replace("“zq”", "")
