"""The text part."""

from __future__ import annotations

from collections.abc import Callable

from firstwin.messages.message import Mail
from firstwin.messages.plaintext import squeezed
from tests.messages.examples import rich

MakeMail = Callable[..., Mail]


def test_a_link_keeps_its_target(mail: MakeMail) -> None:
    text = mail(
        "See [the guide](https://example.com/g?u={{ account.id }}), or <https://example.com/{{ account.id }}>."
    ).text
    assert text == "See the guide (https://example.com/g?u=a1), or https://example.com/a1.\n"


def test_a_link_on_its_own_name_stands_once(mail: MakeMail) -> None:
    assert mail("[https://example.com](https://example.com) ok").text == "https://example.com ok\n"


def test_a_mail_address_is_not_said_twice(mail: MakeMail) -> None:
    assert mail("Write to [help@example.com](mailto:help@example.com).").text == "Write to help@example.com.\n"


def test_a_button_has_a_line_with_its_target(mail: MakeMail) -> None:
    text = mail('Go:\n\n{{ button("Open it", account.link) }}\n\nBye.').text
    assert text == "Go:\n\nOpen it: https://app.example.com/accounts/a1\n\nBye.\n"


def test_a_loop_makes_lines_and_no_holes(mail: MakeMail) -> None:
    text = mail("Open:\n\n{% for step in missing %}\n- [ ] {{ step.label }}\n{% endfor %}\n\nBye.").text
    assert text == "Open:\n\n  ○ connected your data\n  ○ sent a report\n\nBye.\n"


def test_what_a_condition_leaves_out_leaves_no_hole(mail: MakeMail) -> None:
    assert mail("One\n\n{% if account.seats %}\nTwo\n{% endif %}\n\nThree").text == "One\n\nThree\n"


def test_rows_of_a_table_are_lines(mail: MakeMail) -> None:
    html = "<table>{% for step in missing %}<tr><td>{{ loop.index }}</td><td>{{ step.label }}</td></tr>{% endfor %}</table>"
    made = mail(html, suffix="html")
    assert made.text == "1 connected your data\n2 sent a report\n"
    assert made.html.count("<tr>") == made.html.count("</tr>") == 2
    assert made.html.count("<tbody>") == made.html.count("</tbody>") == 1


def test_text_is_not_escaped(mail: MakeMail) -> None:
    made = mail("{{ account.name }} &amp; co", context=rich(account={"name": 'A & "B" <c>'}))
    assert made.text == 'A & "B" <c> & co\n'
    assert "A &amp; &#34;B&#34; &lt;c&gt; &amp; co" in made.html


def test_empty_lines_are_squeezed_in_no_time_whatever_the_data_holds() -> None:
    assert squeezed("a" + " " * 200_000 + "\n\n\n\n\nb") == "a\n\nb"
