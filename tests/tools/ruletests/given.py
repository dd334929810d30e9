"""A small project whose rules have every kind of start, and a way to play a test in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

from firstwin.rules.ruletest_file import read_ruletests
from firstwin.tools.check import Checked
from firstwin.tools.ruletests.names import misnamed
from firstwin.tools.ruletests.run import Result

PROJECT = """\
name: Acme
link: https://app.example.com
postal_address: Acme Inc, 1 Example Street
mail: {sender: mail, from: "Acme <hello@acme.example>"}
senders:
  mail: {type: smtp, host: 127.0.0.1, port: 1, security: none}
  cs: {type: inbox, url: "http://127.0.0.1:1/messages"}
  crm: {type: webhook, url: "https://crm.example.com/hook", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
csm: {fallback: cs}
redirect_to: {email: staging@acme.example, alert: cs}
"""
RULES = {
    "first-login": "about: account\nwhen: signed_up\nafter: 24 hours\nunless: logged_in\nthen: {email: note, to: contact}\nagain: never\n",
    "hot": "about: account\nwhen: {becomes: {account.health: red}}\nafter: 2 hours\nthen: {alert: card, to: csm}\nagain: every time\n",
    "calm": "about: account\nwhen: {becomes: {did_not: logged_in, in_last: 7 days}}\nthen: {alert: card, to: csm}\nagain: every time\n",
    "today": "about: account\nwhen: {becomes: {did: logged_in, at_least: 2, this: day}}\nthen: {alert: card, to: csm}\nagain: every time\n",
    "birthday": "about: person\nwhen: {date: person.birthday, every: year, at: 09:00}\nbefore: 2 days\nthen: {email: note, to: person}\nagain: every time\n",
    "trial": "about: account\nwhen: {date: account.trial_ends_at}\nbefore: 7 days\nunless: {reached: won}\nthen: {email: note, to: {role: owner}}\nagain: every time\n",
    "upgraded": "about: account\nwhen: {changed: account.plan, to: pro}\nthen: {webhook: data, to: crm}\nagain: every time\n",
    "won": "about: account\nwhen: {becomes: {did: report_sent, at_least: 2, since: ever}}\nthen: {record: won}\nagain: never\n",
    "praise": "about: account\nwhen: won\nthen: {email: note, to: everyone}\nagain: never\nmode: shadow\n",
    "shopper": "about: person\nwhen: {event: order, per: shop}\nafter: 1 hour\nthen: {email: note, to: person}\nagain: {after: 2 days}\n",
    "broken": "about: account\nwhen: signed_up\nthen: {email: broken, to: contact}\nagain: never\n",
    "weekly": "about: account\nwhen: {every: monday, at: 09:00, zone: account}\nonly_if: {account.plan: pro}\nthen: {alert: card, to: csm}\nagain: every time\n",
    "chain": "about: account\nwhen: {nudged: first-login}\nafter: 1 hour\nthen: {alert: card, to: csm}\nagain: never\n",
    "list": "about: account\nwhen: {every: monday, at: 09:00, zone: account}\nonly_if: {account.plan: pro}\nthen: {digest: list, to: cs, order_by: account.mrr}\nagain: every time\n",
    "slump": "about: account\nwhen: {becomes: {fell: account.health, by: 15, in_last: 7 days}}\nthen: {alert: card, to: csm}\nagain: every time\n",
    "promoted": "about: person\nwhen: {changed: person.role}\nthen: {email: note, to: person}\nagain: every time\n",
    "relief": "about: account\nwhen: {becomes: {account.health: red}}\nthen: {alert: card, to: csm}\nwhen_over: {alert: calm, to: csm}\nagain: every time\n",
    "handed-in": "about: person\nwhen: {event: work, per: id}\nuntil: {did: graded, same: id, since: start, by: anyone}\nafter: 1 day\nthen: {email: note, to: {address: start.to}}\nagain: never\n",
    "ladder": "about: account\nwhen: {event: logged_in, which: latest}\nsteps:\n  quiet: {after: 10 days, then: {alert: card, to: csm}}\n  gone: {after: 14 days, then: {alert: card, to: csm}}\nagain: every time\n",
    "chase": "about: account\nwhen: {event: flight_booked, date: departs_at}\nsteps:\n  chase: {before: 7 days, every: 2 days, at_most: 3, then: {email: note, to: contact}}\nagain: every time\n",
    "series": """\
about: account
when: signed_up
until: won
unless: {person_left: true}
steps:
  hello: {then: {email: note, to: actor}}
  later: {after: 2 days, unless: logged_in, then: {email: note, to: contact}}
again: never
""".replace("unless: {person_left: true}\n", ""),
}  # fmt: skip
TEMPLATES = {
    "layouts/mail.html": "<html><body>{% block content %}{% endblock %}<p>{{ unsubscribe_link }}</p></body></html>",
    "mail/note.md": "---\nsubject: A note\n---\nHi {{ person | first_name }}, {{ why }}\n",
    "mail/broken.md": "---\nsubject: Broken\n---\nHi\n{{ account.size }}\n",
    "alert/card.md": "---\ntitle: A card\nnext_step: Call them.\n---\nLook at {{ account.id }}.\n",
    "alert/calm.md": "---\ntitle: Calm again\nnext_step: Nothing.\n---\nIt is over.\n",
    "digest/list.md": "---\ntitle: Your list\nnext_step: Call them.\n---\n{% for item in items %}{{ loop.index }}. {{ item.account.id }} {% endfor %}\n",
    "webhook/data.json": '{"type": "account.upgraded", "data": {"account": "{{ account.id }}"}}',
}

Play = Callable[[str], Result]


def make_project(folder: Path, **rules: str) -> Path:
    files = {"firstwin.yaml": PROJECT}
    files |= {f"rules/{name}.yaml": text for name, text in {**RULES, **rules}.items()}
    files |= {f"templates/{name}": text for name, text in TEMPLATES.items()}
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def problems(checked: Checked, text: str) -> list[str]:
    """What is wrong with the names in a test."""
    assert checked.project is not None
    tests, wrong = read_ruletests("t.yaml", _whole(text))
    assert wrong == ()
    return [str(found).removeprefix("t.yaml:") for one in tests for found in misnamed(one, checked, checked.project)]


def played(run: Callable[..., Result], text: str) -> Result:
    """The only test in the text, which may leave its name out."""
    tests, wrong = read_ruletests("t.yaml", _whole(text))
    assert wrong == ()
    result: Result = run(tests[0])
    return result


def shown(result: Result) -> str:
    return "\n".join(line for failure in result.failures for line, _ in failure.lines())


def _whole(text: str) -> bytes:
    body = dedent(text).strip()
    return "\n".join(["- test: it works", *(f"  {line}" for line in body.splitlines())]).encode()
