"""What a template reads."""

from __future__ import annotations

import pytest

from firstwin.messages.mail import MailTemplate
from firstwin.messages.reads import reads
from tests.messages.conftest import Write


def found(write: Write, body: str) -> dict[str, bool]:
    template = write({"mail/t.md": f"---\nsubject: x\n---\n{body}"}).template("email", "t")
    assert isinstance(template, MailTemplate)
    return {str(read): read.needed for read in reads(template.html)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ account.plan }}", {"account.plan": True}),
        ("{{ account['plan'] }}", {"account.plan": True}),
        ("{{ account.plan | upper }}", {"account.plan": True}),
        ("{{ account.plan | default('x') }}", {"account.plan": False}),
        ("{{ account.plan | default(account.name) }}", {"account.plan": False, "account.name": True}),
        ("{{ account.plan | default(account.name) | default('') }}", {"account.plan": False, "account.name": False}),
        ("{{ account.plan or account.name }}", {"account.plan": False, "account.name": True}),
        ("{{ account.plan is defined }}", {"account.plan": False}),
        ("{{ account.plan == 'pro' }}", {"account.plan": False}),
        ("{% if account.plan %}{{ account.plan }}{% endif %}", {"account.plan": False}),
        ("{% if account.plan %}a{% else %}{{ account.plan }}{% endif %}", {"account.plan": True}),
        ("{% if not account.plan %}a{% else %}{{ account.plan }}{% endif %}", {"account.plan": False}),
        (
            "{% if account.plan and account.mrr > 1 %}{{ account.mrr }}{% endif %}",
            {"account.plan": False, "account.mrr": False},
        ),
        ("{{ account.plan if account.plan else '' }}", {"account.plan": False}),
        ("{{ account.plan ~ account.name }}", {"account.plan": True, "account.name": True}),
        ("{% for s in missing %}{{ s.label }}{% endfor %}", {"missing": True, "missing.label": True}),
        ("{{ (missing | first).label }}", {"missing.label": True}),
        ("{% for s in missing if s.name %}{{ loop.index }}{% endfor %}", {"missing": True, "missing.name": False}),
        ("{% set who = account.owner %}{{ who.name }}", {"account.owner": False, "account.owner.name": True}),
        ("{% for k, v in account | items %}{{ k }}{% endfor %}", {"account": True}),
        ("[x]({{ account.link }})", {"account.link": True}),
        ("[x](https://example.com/{{ account.id }}/{{ account.plan }})", {"account.id": True, "account.plan": True}),
        ('\n{{ button("Open " ~ account.name, account.link) }}\n', {"account.name": True, "account.link": False}),
    ],
)
def test_a_template_tells_what_it_reads_and_what_it_needs(write: Write, body: str, expected: dict[str, bool]) -> None:
    assert {
        name: needed for name, needed in found(write, body).items() if name.count(".") or name in expected
    } == expected
