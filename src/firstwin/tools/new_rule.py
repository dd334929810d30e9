"""Drafts a rule, its template and its test from a few answers. It begins in shadow: its text is not yet its author's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from firstwin.rules.durations import NotADuration, parse_duration
from firstwin.rules.folder import read_rules
from firstwin.rules.library import load_library
from firstwin.rules.problems import Problem, errors
from firstwin.rules.project import Project

Begins = Literal["happened", "quiet", "date"]
BEGAN: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday; in the drafted test
FOLDERS: Final = {"email": "mail", "alert": "alert"}


@dataclass(frozen=True)
class Answers:
    """``of`` is the event, or the property that holds the date; ``wait`` how long after (before a date, of silence).

    ``unless`` is an event or a milestone, or empty; ``to`` as a rule says it.
    """

    name: str
    about: Literal["account", "person"]
    begins: Begins
    of: str
    wait: str
    unless: str
    send: Literal["email", "alert"]
    to: str
    again: str


def drafts(answers: Answers, project: Project) -> dict[Path, str]:
    """The files, by their paths within the project."""
    return {
        Path("rules", f"{answers.name}.yaml"): _rule(answers),
        Path("templates", FOLDERS[answers.send], f"{answers.name}.md"): _template(answers, project),
        Path("rules", "tests", f"{answers.name}.yaml"): _tests(answers),
    }


def mistakes(folder: Path, project: Project, files: Mapping[Path, str], name: str) -> Sequence[Problem]:
    """What is wrong with the drafted rule among those that are there."""
    path = f"rules/{name}.yaml"
    library = load_library({**read_rules(folder / "rules"), path: files[Path(path)].encode()}, project)
    return [problem for problem in errors(library.problems) if problem.file == path]


def wrong_wait(written: str) -> str:
    """What is wrong with a length of time; nothing if it is right."""
    found = parse_duration(written)
    return f"{found.message} {found.suggestion}" if isinstance(found, NotADuration) else ""


# ---- the rule -------------------------------------------------------------------------------------------------------


def _rule(answers: Answers) -> str:
    lines = [f"# {answers.name.replace('-', ' ').capitalize()}: say here in a sentence what it is for.", ""]
    lines += [f"about: {answers.about}", *_start(answers)]
    if answers.unless:
        lines.append(f"unless: {answers.unless}")
    lines.append(f"then: {{{answers.send}: {answers.name}, to: {answers.to}}}")
    lines.append(f"again: {answers.again}")
    lines.append("mode: shadow    # decides and records, and sends nothing: take this line out once the text is yours")
    return "\n".join(lines) + "\n"


def _start(answers: Answers) -> list[str]:
    if answers.begins == "quiet":
        return [
            "when:",
            "  becomes:",
            "    all:",
            f"      - did: {answers.of}",
            "        since: ever",
            f"      - did_not: {answers.of}",
            f"        in_last: {answers.wait}",
        ]
    if answers.begins == "date":
        return [f"when: {{date: {answers.of}}}", f"before: {answers.wait}"]
    return [f"when: {answers.of}", f"after: {answers.wait}"]


# ---- its template ---------------------------------------------------------------------------------------------------


def _template(answers: Answers, project: Project) -> str:
    words = answers.name.replace("-", " ").replace("_", " ")
    if answers.send == "alert":
        title = '{{ account.name | default("Account " ~ account.id) }}'
        return f"---\ntitle: {title} ({words})\nnext_step: Say here what to do next.\n---\nSay here why it matters.\n"
    button = '\n{{ button("Open " ~ project.name, project.link) }}\n' if project.link else ""
    greeting = "Hi {{ person | first_name }},"
    return f"---\nsubject: {words.capitalize()}\n---\n{greeting}\n\nSay here in a sentence or two what helps now.\n{button}"


# ---- its test -------------------------------------------------------------------------------------------------------


def _tests(answers: Answers) -> str:
    return "\n".join([*_fires(answers), "", *_stays_silent(answers)]) + "\n"


def _fires(answers: Answers) -> list[str]:
    wait = _length(answers.wait)
    comes = f"  expect:\n    - {{{answers.send}: {answers.name}, at: {_time(BEGAN + wait)}}}"
    if answers.begins == "date":
        given = f"  given: {{account: {{id: a1, {_property(answers)}: {BEGAN + wait + wait:%Y-%m-%dT%H:%M:%SZ}}}}}"
        if answers.of.startswith("person."):
            given = given.replace("account: {id: a1", "person: {id: ada, email: ada@example.com")
        return [_named(answers, f"it comes {answers.wait} before the date"), given, _since(), comes]
    until = [f"  until: {_time(BEGAN + wait + timedelta(hours=1))}"] if answers.begins == "quiet" else []
    told = f"it comes {answers.wait} after {'the last' if answers.begins == 'quiet' else 'the'} {answers.of}"
    return [_named(answers, told), "  events:", f"    - {_time(BEGAN)} {answers.of}", *until, comes]


def _stays_silent(answers: Answers) -> list[str]:
    wait, nothing = _length(answers.wait), "  expect: nothing"
    if answers.begins == "date":
        return [_named(answers, "without a date nothing comes"), _since(), nothing]
    if answers.begins == "quiet":
        again = BEGAN + wait - timedelta(minutes=1)
        until = f"  until: {_time(BEGAN + wait + timedelta(hours=1))}"
        events = ["  events:", f"    - {_time(BEGAN)} {answers.of}", f"    - {_time(again)} {answers.of}"]
        return [_named(answers, f"who did {answers.of} again in time gets nothing"), *events, until, nothing]
    if not answers.unless:
        return [_named(answers, f"without {answers.of} nothing comes"), _since(), nothing]
    events = [
        f"    - {_time(BEGAN)} {answers.of}",
        f"    - {_time(BEGAN + wait - timedelta(minutes=1))} {answers.unless}",
    ]
    return [_named(answers, f"who reached {answers.unless} in time gets nothing"), "  events:", *events, nothing]


def _named(answers: Answers, told: str) -> str:
    return f"- test: {told}\n  rule: {answers.name}"


def _since() -> str:
    return f"  rule_since: {_time(BEGAN)}"


def _property(answers: Answers) -> str:
    return answers.of.partition(".")[2]


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _length(written: str) -> timedelta:
    match parse_duration(written):
        case NotADuration(message):
            raise ValueError(message)
        case length:
            return length
