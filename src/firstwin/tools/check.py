"""Reads a whole project, and tells every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from firstwin.messages.error import RenderError
from firstwin.messages.templates import Channel, Templates
from firstwin.rules.folder import read_rules
from firstwin.rules.library import Library, load_library
from firstwin.rules.problems import Problem, errors
from firstwin.rules.project import Project, parse_project
from firstwin.rules.references import templates as missing_templates
from firstwin.senders.load import check_settings

FILE = "firstwin.yaml"
CHANNELS: tuple[Channel, ...] = ("email", "alert", "webhook")


@dataclass(frozen=True)
class Checked:
    """What the files say, and what is wrong with them. With an error, ``project`` or ``templates`` may be missing."""

    project: Project | None
    library: Library
    templates: Templates | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return errors(self.problems)


def check(folder: Path, environment: Mapping[str, str]) -> Checked:
    """The project in ``folder``. ``environment`` is what ``${NAME}`` may stand for."""
    file = folder / FILE
    if not file.is_file():
        problem = Problem(FILE, 1, 1, f"There is no {FILE} in {folder.resolve()}.", "`firstwin init` makes a project.")
        return Checked(None, Library(), None, (problem,))
    project, problems = parse_project(file.read_bytes(), environment, FILE)
    library = load_library(read_rules(folder / "rules"), project)
    templates = Templates(folder / "templates", project) if project else None
    found = [*problems, *library.problems]
    if project and templates:
        found += [*_senders(file, project), *_templates(library, templates)]
    return Checked(project, library, templates, tuple(sorted(set(found))))


def sender_settings(project: Project) -> dict[str, dict[str, object]]:
    """The settings of each sender, as the senders take them."""
    return {name: {"type": sender.type, **sender.settings} for name, sender in project.senders.items()}


def _senders(file: Path, project: Project) -> Iterator[Problem]:
    lines = file.read_text(encoding="utf-8").splitlines()
    for sentence in check_settings(sender_settings(project)):
        name = sentence.removeprefix("senders.").split(":")[0].split(".")[0]
        line = next((number for number, text in enumerate(lines, 1) if text.strip().startswith(f"{name}:")), 1)
        yield Problem(FILE, line, 1, sentence)


def _templates(library: Library, templates: Templates) -> Iterator[Problem]:
    """Each template that cannot be made, and each that a rule speaks of and that there is not."""
    there: dict[str, tuple[str, ...]] = {channel: templates.names(channel) for channel in CHANNELS}
    for channel in CHANNELS:
        yield from (problem for name in there[channel] for problem in _compiles(templates, channel, name))
    yield from missing_templates(library.uses, there)


def _compiles(templates: Templates, channel: Channel, name: str) -> Iterator[Problem]:
    try:
        templates.template(channel, name)
    except RenderError as error:
        yield Problem(error.template, error.line, 1, error.message)
