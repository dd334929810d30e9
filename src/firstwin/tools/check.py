"""Reads a whole project, and tells every mistake in it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from firstwin.messages.check import UNUSED, Need, Use, check_templates, needs
from firstwin.messages.templates import Channel, Templates
from firstwin.rules.documents import Place, read_document
from firstwin.rules.folder import read_rules
from firstwin.rules.library import Library, load_library
from firstwin.rules.problems import Problem, errors
from firstwin.rules.project import Project, parse_project
from firstwin.rules.references import templates as missing_templates
from firstwin.rules.sure import sure_of
from firstwin.rules.terms import Alert, Digest, Email, Record, Rule, Webhook
from firstwin.senders.address import mailbox
from firstwin.senders.load import check_settings
from firstwin.tools.new_project import shipped
from firstwin.tools.project_file import FILE, holds_project, no_project

CHANNELS: dict[type, Channel] = {Email: "email", Alert: "alert", Webhook: "webhook", Digest: "digest"}


class ProjectError(Exception):
    """The project's files hold mistakes; ``problems`` tells each with its place."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, eq=False)
class Checked:
    """What the files say, and what is wrong with them. With an error, ``project`` or ``templates`` may be missing."""

    project: Project | None
    library: Library
    templates: Templates | None
    problems: tuple[Problem, ...]
    needs: tuple[Need, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return errors(self.problems)


def check(folder: Path, environment: Mapping[str, str]) -> Checked:
    """The project in ``folder``. ``environment`` is what ``${NAME}`` may stand for."""
    project, problems = _project(folder, environment)
    library = load_library(read_rules(folder / "rules"), project)
    templates = Templates(folder / "templates", project, shipped() / "templates") if project else None
    found = [*problems, *library.problems, *_unread(folder)]
    if project and templates:
        found += [*_senders((folder / FILE).read_bytes(), project), *_templates(library, templates)]
    return Checked(project, library, templates, tuple(sorted(set(found))), needs(templates) if templates else ())


def _unread(folder: Path) -> Iterator[Problem]:
    """What stands where files are expected, and can't be read as one: it would be passed over in silence."""
    for name in ("rules", "templates"):
        inside = folder / name
        if (inside.exists() or inside.is_symlink()) and not inside.is_dir():
            yield Problem(
                name, 1, 1, f"`{name}` is not a folder.", "Make a folder of this name, and put the files into it."
            )
    for found in sorted([*folder.glob("rules/*.y*ml"), *folder.glob("templates/*/*.*")]):
        if not found.is_file():
            label = found.relative_to(folder).as_posix()
            what = "is a link that leads nowhere" if found.is_symlink() else "is not a file"
            yield Problem(label, 1, 1, f"This {what}.", "Put the file itself there, or delete it.")


def read_project(folder: Path, environment: Mapping[str, str]) -> Project:
    """firstwin.yaml alone. Raises ProjectError if it cannot be used; a mistake in a rule is none of it."""
    project, problems = _project(folder, environment)
    if project is None:
        raise ProjectError(errors(problems))
    return project


def must_be_there(folder: Path) -> None:
    """Raises ProjectError for a folder that holds no project."""
    if not holds_project(folder):
        raise ProjectError([no_project(folder)])


def _project(folder: Path, environment: Mapping[str, str]) -> tuple[Project | None, tuple[Problem, ...]]:
    if holds_project(folder):
        return parse_project((folder / FILE).read_bytes(), environment, FILE)
    return None, (no_project(folder),)


def sender_settings(project: Project) -> dict[str, dict[str, object]]:
    """The settings of each sender, as the senders take them."""
    return {name: {"type": sender.type, **sender.settings} for name, sender in project.senders.items()}


def _senders(content: bytes, project: Project) -> Iterator[Problem]:
    document, _ = read_document(FILE, content)
    for sentence in check_settings(sender_settings(project)):
        name = sentence.removeprefix("senders.").partition(":")[0].partition(".")[0]
        place = document.place(("senders", name)) if document else Place(1, 1)
        yield Problem(FILE, place.line, place.column, sentence)
    for path, address in _addresses(project):
        if address and mailbox(address, named=path[0] == "mail") is None:
            place = document.place(path) if document else Place(1, 1)
            message = f"`{path[-1]}` is not exactly one mail address."  # which may come from the environment: not shown
            yield Problem(
                FILE,
                place.line,
                place.column,
                message,
                "Write it like `Acme <hello@example.com>`."
                if path[0] == "mail"
                else "Write it like `hello@example.com`.",
            )


def _addresses(project: Project) -> Iterator[tuple[tuple[str, str], str | None]]:
    if project.mail:
        yield ("mail", "from"), project.mail.from_
        yield ("mail", "reply_to"), project.mail.reply_to
    if project.redirect_to:
        yield ("redirect_to", "email"), project.redirect_to.email


def _templates(library: Library, templates: Templates) -> Iterator[Problem]:
    """What is wrong in templates, and what rules speak of and is not there."""
    found = check_templates(templates, [use for rule in library.rules for use in _uses(rule)])
    there: dict[str, tuple[str, ...]] = {channel: templates.names(channel) for channel in CHANNELS.values()}
    missing = tuple(missing_templates(library.uses, there))
    yield from missing
    # else the one that uses it may be a rule that cannot be read, or one that means it and calls it by another name
    is_whole = not errors(library.problems) and not missing
    yield from (problem for problem in found if is_whole or problem.message != UNUSED)


def _uses(rule: Rule) -> Iterator[Use]:
    for deed in dict.fromkeys(rule.deeds):
        if not isinstance(deed, Record):
            yield Use(rule.id, CHANNELS[type(deed)], deed.template, rule.message_class, sure_of(rule))
