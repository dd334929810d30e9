"""A template's file and its head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from firstwin.messages import limits
from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail
from firstwin.messages.templates import Templates
from tests.messages.conftest import Write
from tests.messages.examples import Project, rich

MakeMail = Callable[..., Mail]


def subject(write: Write, head: str) -> str:
    message = write({"mail/t.md": f"---\n{head}\n---\nBody"}).render("email", "t", rich(), key="k")
    assert isinstance(message, Mail)
    return message.subject


@pytest.mark.parametrize(
    ("head", "made"),
    [
        ("subject: Hello", "Hello"),
        ("subject: {{ person.first_name }}, hello", "Lena, hello"),
        ("subject: Hello: {{ person.first_name }} #1   # a remark", "Hello: Lena #1"),
        ("subject:   '{{ person.first_name }}'", "Lena"),
        ("subject: It's {{ person.first_name }}'s", "It's Lena's"),
        ('subject: "{{ person.first_name }}: hello"', "Lena: hello"),
        ("subject: >\n  Hello\n  {{ person.first_name }}", "Hello Lena"),
        ("subject: |\n  Hello\n  {{ person.first_name }}", "Hello Lena"),
        ("subject: 2026", "2026"),
        ("# a remark\nsubject: Hello", "Hello"),
    ],
)
def test_a_head_is_written_without_thinking_of_yaml(write: Write, head: str, made: str) -> None:
    assert subject(write, head) == made


@pytest.mark.parametrize(
    ("source", "line", "told"),
    [
        ("No head", 1, "no subject"),
        ("---\npreheader: x\n---\nBody", 1, "no subject"),
        ("---\nsubject:\n---\nBody", 1, "no subject"),
        ("---\nsubject: x\nsubjekt: y\n---\n", 3, "no “subjekt”. Did you mean `subject`"),
        ("---\nsubject: x\nsubject: y\n---\n", 3, "twice"),
        ("---\n- subject\n---\n", 2, "list of settings"),
        ("---\nsubject: x\n  y: z\n---\n", 3, "."),
        ("---\nsubject: x\nlayout: nowhere\n---\n", 3, "no layout “nowhere”"),
        ("---\nsubject: x\nwords: [a]\n---\n", 3, "The words are names"),
        ("---\nsubject: x\nwords: {a: [1]}\n---\n", 3, "The words are names"),
        ("---\nsubject: '{{ a'\n---\n", 2, "never closed"),
        ("---\nsubject: x\npreheader: {{ person. }}\n---\n", 3, "A name is missing"),
    ],
)
def test_a_mistake_in_a_head_is_told_with_its_line(write: Write, source: str, line: int, told: str) -> None:
    with pytest.raises(RenderError, match=told) as stopped:
        write({"mail/t.md": source}).render("email", "t", rich(), key="k")
    assert (stopped.value.template, stopped.value.line) == ("templates/mail/t.md", line)


def test_a_template_has_words_of_its_own(mail: MakeMail) -> None:
    made = mail(
        "{{ words.offer }}, {{ words.count }}{{ words.none }}", head="words:\n  offer: a month\n  count: 2\n  none:\n"
    )
    assert made.text == "a month, 2\n"


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/t.md").write_bytes("\ufeff---\r\nsubject: Hi\r\nlayout: none\r\n---\r\nOne\r\n\r\nTwo".encode())
    message = Templates(tmp_path, Project()).render("email", "t", rich(), key="k")
    assert isinstance(message, Mail)
    assert (message.subject, message.text) == ("Hi", "One\n\nTwo\n")


@pytest.mark.parametrize(("content", "told"), [(b"\xff\xfe", "UTF-8"), (b"x" * (limits.SOURCE + 1), "at most")])
def test_a_file_that_is_no_template_is_told(write: Write, tmp_path: Path, content: bytes, told: str) -> None:
    write({})
    (tmp_path / "templates/mail").mkdir()
    (tmp_path / "templates/mail/t.md").write_bytes(content)
    with pytest.raises(RenderError, match=told):
        Templates(tmp_path / "templates", Project()).template("email", "t")
