"""A project's templates."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firstwin.messages.error import RenderError
from firstwin.messages.message import Mail
from firstwin.messages.templates import Templates
from tests.messages.conftest import Write
from tests.messages.examples import SHIPPED, Project, minimal, rich


def test_a_name_that_there_is_not_is_told_with_what_was_meant(write: Write) -> None:
    templates = write({"mail/welcome.md": "---\nsubject: x\n---\n"})
    with pytest.raises(RenderError) as stopped:
        templates.render("email", "welcom", rich(), key="k")
    assert str(stopped.value) == "templates/mail/welcom:1: There is no such template. Did you mean `welcome`?"
    assert stopped.value.reason == "unknown_template"


@pytest.mark.parametrize("name", ["../mail/welcome", "welcome.md", "", "/etc/passwd"])
def test_a_name_is_not_a_path(write: Write, name: str) -> None:
    with pytest.raises(RenderError, match="no such template"):
        write({"mail/welcome.md": "---\nsubject: x\n---\n"}).render("email", name, rich(), key="k")


def test_a_channel_has_templates_of_its_own(write: Write) -> None:
    templates = write({"mail/a.md": "---\nsubject: x\n---\n", "alert/b.md": "---\ntitle: x\nnext_step: y\n---\n"})
    assert (templates.names("email"), templates.names("alert"), templates.names("webhook")) == (("a",), ("b",), ())


def test_changed_files_are_seen_by_a_new_instance_only(write: Write, tmp_path: Path) -> None:
    before = write({"mail/a.md": "---\nsubject: old\n---\n"})
    (tmp_path / "templates/mail/a.md").write_text("---\nsubject: new\n---\n")
    after = Templates(tmp_path / "templates", Project())
    messages = [templates.render("email", "a", rich(), key="k") for templates in (before, after)]
    assert [message.subject for message in messages if isinstance(message, Mail)] == ["old", "new"]


def test_data_that_is_not_plain_is_told_by_its_name(write: Write) -> None:
    templates = write({"mail/a.md": "---\nsubject: x\n---\n"})
    with pytest.raises(RenderError, match=r"“account\.owner” is a object") as stopped:
        templates.render("email", "a", rich(account={"owner": object()}), key="k")
    assert stopped.value.reason == "not_plain"


def test_a_folder_that_is_not_there_has_no_templates(tmp_path: Path) -> None:
    assert Templates(tmp_path / "nowhere", Project()).names("email") == ()


def test_many_threads_make_the_same_mails_as_one() -> None:
    contexts = [rich(person={"first_name": f"Name{chr(97 + number)}"}) for number in range(20)] + [minimal()] * 5
    alone = Templates(SHIPPED, Project())
    shared = Templates(SHIPPED, Project())

    def made(templates: Templates, context: dict[str, object]) -> Mail:
        message = templates.render("email", "setup-stalled", context, key="k", to="a@example.com")
        assert isinstance(message, Mail)
        return message

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda context: made(shared, context), contexts * 8))
    assert together == [made(alone, context) for context in contexts * 8]
