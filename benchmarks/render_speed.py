"""How many mails a second one thread makes: a shipped one, and one of about 10 kB.

python benchmarks/render_speed.py [--seconds 3]

Rendering is everything from the data of one delivery to a finished subject, HTML part and text part. Compiling a template
happens once a process and is told besides.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from firstwin.messages.message import Mail
from firstwin.messages.templates import Templates

SHIPPED = Path(__file__).parents[1] / "templates"
NOW = datetime(2026, 3, 20, 9, 30, tzinfo=UTC)
PARAGRAPH = "Dear {{ person | first_name }}, your **{{ account.plan | default('plan') }}** plan has a [page]({{ project.link }}/p).\n\n"


@dataclass(frozen=True)
class Project:
    zone: str = "Europe/Berlin"
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Speed:
    kilobytes: float
    compiled_ms: float
    mails_per_second: float


def context(number: int) -> dict[str, object]:
    return {
        "subject": {"kind": "account", "id": f"a{number}"},
        "account": {
            "id": f"a{number}",
            "name": f"Company {number}",
            "plan": "pro",
            "mrr": 5000,
            "timezone": "America/New_York",
        },
        "person": {"id": f"p{number}", "email": f"p{number}@example.com", "name": "Lena Ortiz"},
        "contact": {},
        "start": {"at": NOW - timedelta(days=14)},
        "why": "signed up 14 days ago",
        "since": NOW - timedelta(days=14),
        "done": [{"name": "signed_up", "label": "signed up"}],
        "missing": [
            {"name": "data_connected", "label": "connected your data"},
            {"name": "report_sent", "label": "sent a report"},
        ],
        "project": {"name": "Acme", "postal_address": "1 Main Street", "link": "https://app.example.com"},
        "unsubscribe_link": f"https://mail.example.com/u/{number}",
        "rule": "r",
        "step": "s",
        "now": NOW,
    }


def measure(templates: Templates, name: str, seconds: float) -> Speed:
    begun = perf_counter()
    templates.template("email", name)
    compiled = perf_counter() - begun
    contexts = [context(number) for number in range(100)]
    made, began = 0, perf_counter()
    while perf_counter() - began < seconds:
        for each in contexts:
            message = templates.render("email", name, each, key="k", to="lena@example.com")
        made += len(contexts)
    took = perf_counter() - began
    assert isinstance(message, Mail)  # noqa: S101 - a mail's template makes a mail
    return Speed(len(message.html) / 1000, compiled * 1000, made / took)


def large(folder: Path) -> Templates:
    """The shipped layout around enough text for a mail of about 10 kB."""
    for kind, name, text in (
        ("layouts", "mail.html", (SHIPPED / "layouts/mail.html").read_text(encoding="utf-8")),
        ("mail", "large.md", f"---\nsubject: Hi {{{{ person | first_name }}}}\n---\n{PARAGRAPH * 30}"),
    ):
        (folder / kind).mkdir()
        (folder / kind / name).write_text(text, encoding="utf-8")
    return Templates(folder, Project())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        for templates, name in ((Templates(SHIPPED, Project()), "setup-stalled"), (large(Path(folder)), "large")):
            speed = measure(templates, name, seconds)
            print(
                f"{name:<14} {speed.kilobytes:5.1f} kB  compiled in {speed.compiled_ms:5.1f} ms"
                f"  {speed.mails_per_second:7,.0f} mails/s  {1e6 / speed.mails_per_second:6.0f} µs a mail"
            )


if __name__ == "__main__":
    main()
