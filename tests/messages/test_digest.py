"""Templates of digests: what they are handed, and what a check finds in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstwin.messages.check import Use, check_templates
from firstwin.messages.error import RenderError
from firstwin.messages.message import AlertCard
from firstwin.messages.templates import Templates
from firstwin.rules.project import Project

DOCS = Path(__file__).parents[2] / "docs" / "templates.md"
HEAD = "---\ntitle: At risk\nnext_step: Call them.\n---\n"


def templates(tmp_path: Path, body: str, head: str = HEAD) -> Templates:
    file = tmp_path / "templates" / "digest" / "list.md"
    file.parent.mkdir(parents=True)
    file.write_text(head + body)
    return Templates(tmp_path / "templates", Project.model_validate({"name": "Acme"}))


def found(tmp_path: Path, body: str, head: str = HEAD) -> list[tuple[str, str]]:
    uses = [Use("at-risk", "digest", "list", "alert")]
    return [(p.message, p.severity) for p in check_templates(templates(tmp_path, body, head), uses)]


@pytest.mark.parametrize(
    "body",
    [
        "{{ count }} and {{ more }} of {{ receiver }}",
        "{% for item in items %}{{ item.account.id }} {{ item.why }} {{ item.since | ago }}{% endfor %}",
        '{% for item in items %}{{ item.account.name | default("somebody") }}{% endfor %}',
        "{% for item in items %}{% for part in item.evidence %}{{ part.says }}{% endfor %}{{ item.start.at }}{% endfor %}",
        "{% for item in items %}{{ item.missing | join(', ', 'label') }}{% endfor %}",
    ],
)
def test_what_a_digest_is_handed_can_be_used(tmp_path: Path, body: str) -> None:
    assert found(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "message", "severity"),
    [
        ("{{ account.name }}", "There is nothing called “account”.", "error"),
        ("{{ why }}", "There is nothing called “why”.", "error"),
        ("{% for item in items %}{{ item.plan }}{% endfor %}", "There is no “items.plan”.", "error"),
        (
            "{% for item in items %}{{ item.account.name }}{% endfor %}",
            "Where “items.account.name” is missing, this message is not sent.",
            "warning",
        ),
        ("{% for item in items %}{{ item.start.at.x }}{% endfor %}", "", ""),
    ],
)
def test_what_is_wrong_in_a_digest_is_told(tmp_path: Path, body: str, message: str, severity: str) -> None:
    assert found(tmp_path, body) == ([(message, severity)] if message else [])


def test_the_example_in_the_docs_has_no_mistake(tmp_path: Path) -> None:
    example = DOCS.read_text().split("## A digest")[1].split("```markdown\n")[1].split("```")[0]
    assert found(tmp_path, example, "") == []


def test_items_are_for_digests_alone(tmp_path: Path) -> None:
    file = tmp_path / "templates" / "alert" / "one.md"
    file.parent.mkdir(parents=True)
    file.write_text(f"{HEAD}{{% for item in items %}}{{{{ item.why }}}}{{% endfor %}}")
    made = Templates(tmp_path / "templates", Project.model_validate({"name": "Acme"}))
    problems = check_templates(made, [Use("r", "alert", "one", "alert")])
    assert {problem.message for problem in problems} == {"There is nothing called “items”."}


def test_a_digest_without_a_next_step_is_refused_by_its_name(tmp_path: Path) -> None:
    made = templates(tmp_path, "x", "---\ntitle: At risk\n---\n")
    with pytest.raises(RenderError, match="The digest has no “next_step” in its head"):
        made.template("digest", "list")


def test_a_digest_is_rendered_as_a_card(tmp_path: Path) -> None:
    body = "{% for item in items %}\n{{ item.account.name }}\n{% endfor %}\nand {{ more }} more"
    items = [{"account": {"name": "Acme"}}, {"account": {"name": "Big"}}]
    values = {
        "items": items,
        "more": 3,
        "why": "",
        "since": None,
        "project": {"name": "Acme", "link": "https://app.example.com"},
    }
    card = templates(tmp_path, body).render("digest", "list", values, key="fw_1")
    assert isinstance(card, AlertCard)
    assert card.body == "Acme\nBig\nand 3 more"
    assert (card.link, card.link_label) == ("https://app.example.com", "Open Acme")
