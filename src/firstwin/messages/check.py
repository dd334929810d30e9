"""Every mistake in a project's templates, told so that their author can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from firstwin.messages import alert, mail, page
from firstwin.messages.alert import AlertTemplate
from firstwin.messages.compiled import Compiled
from firstwin.messages.context import Each, Group, Known, names_in_digest, names_in_page, names_of
from firstwin.messages.error import RenderError
from firstwin.messages.file import SUFFIXES, TemplateFile, taken_apart
from firstwin.messages.mail import MailTemplate
from firstwin.messages.marks import Place
from firstwin.messages.prefixes import with_prefix
from firstwin.messages.reads import EACH, Read, reads
from firstwin.messages.templates import FOLDERS, Channel, Templates
from firstwin.rules.problems import Problem, did_you_mean, errors, nearest

UNSUBSCRIBE = ("unsubscribe_link",)
UNUSED = "No rule uses this template."


@dataclass(frozen=True)
class Use:
    """A rule's use of a template. ``sure`` are values that are never missing when this rule sends, like ``start.date``."""

    rule: str
    channel: Channel
    template: str
    message_class: str
    sure: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Need:
    """A value that a message can't do without, like ``account.plan``, and what is said of that as long as nobody counts."""

    name: str
    problem: Problem


def needs(templates: Templates) -> tuple[Need, ...]:
    """What the templates that can be read need of the account and the person."""
    return tuple(
        need for channel in FOLDERS for name in templates.names(channel) for need in _needs(templates, channel, name)
    )


def _needs(templates: Templates, channel: Channel, name: str) -> Iterator[Need]:
    file = templates.file(channel, name)
    try:
        template = templates.template(channel, name)
    except RenderError:
        return
    words = template.words if isinstance(template, MailTemplate | AlertTemplate) else {}
    for read in _reads(template.parts):
        for problem in _of_read(read, names_of(words), file):
            if problem.severity == "warning" and len(read.path) == 2 and read.path[0] in {"account", "person"}:  # noqa: PLR2004
                yield Need(str(read), problem)


def check_templates(templates: Templates, uses: Iterable[Use]) -> tuple[Problem, ...]:
    """What is wrong in the templates, and between them and the rules that use them, sorted by file and line."""
    found, uses = set(_misplaced(templates.folder)), tuple(uses)
    for channel in FOLDERS:
        for name in templates.names(channel):
            its_uses = [use for use in uses if (use.channel, use.template) == (channel, name)]
            found.update(_of_template(templates, channel, name, its_uses))
    for its_page in templates.pages.files():
        found.update(_of_page(templates, its_page))
    return tuple(sorted(found))


def _misplaced(folder: Path) -> Iterator[Problem]:
    """Files that are never read: of a kind that no template has, or beside one with the same name."""
    for kind, suffixes in SUFFIXES.items():
        taken: dict[str, str] = {}
        for path in sorted((folder / kind).glob("[!.]*")):
            label = path.relative_to(folder.parent).as_posix()
            if path.suffix not in suffixes:
                suggestion = f"The name of a template in this folder ends in {' or '.join(suffixes)}."
                yield Problem(label, 1, 1, "This file is not read.", suggestion, "warning")
            elif path.stem in taken:
                message = f"This file is not read: “{taken[path.stem]}” has the same name."
                yield Problem(label, 1, 1, message, "Keep one of them.")
            else:
                taken[path.stem] = path.name


def _of_template(templates: Templates, channel: Channel, name: str, uses: Sequence[Use]) -> Iterator[Problem]:
    file = templates.file(channel, name)
    if not uses:
        yield Problem(file.label, 1, 1, UNUSED, "", "warning")
    in_head = _in_head(file)
    yield from in_head
    if errors(in_head):
        return
    try:
        template = templates.template(channel, name)
    except RenderError as error:
        yield _unreadable(error, file)
        return
    found = list(_reads(template.parts))
    words = template.words if isinstance(template, MailTemplate | AlertTemplate) else {}
    sure = frozenset.intersection(*(use.sure for use in uses)) if uses else frozenset[str]()
    for read in (read for read in found if str(read) not in sure):
        yield from _of_read(read, names_in_digest(words) if channel == "digest" else names_of(words), file)
    if isinstance(template, MailTemplate):
        yield from _of_mail(file, template, found, uses)


def _of_page(templates: Templates, file: TemplateFile) -> Iterator[Problem]:
    in_head = _in_head(file)
    yield from in_head
    if errors(in_head):
        return
    try:
        template = templates.pages.template(file.name)
    except RenderError as error:
        yield _unreadable(error, file)
        return
    for read in _reads(template.parts):
        yield from _of_read(read, names_in_page(template.words), file)


def _in_head(file: TemplateFile) -> tuple[Problem, ...]:
    keys = {"mail": mail.HEAD, "alert": alert.HEAD, "digest": alert.HEAD, "pages": page.HEAD}.get(file.kind)
    if keys is None:
        return ()
    try:
        return taken_apart(file, keys=keys).problems
    except RenderError as error:
        return (_unreadable(error, file),)


def _reads(parts: Iterable[Compiled]) -> Iterator[Read]:
    for part in parts:
        yield from reads(part)


def _of_read(read: Read, known: Mapping[str, Known], file: TemplateFile) -> Iterator[Problem]:
    name, *inner = (part for part in read.path if part != EACH)
    kind = known.get(name)
    while isinstance(kind, Each | Group) and inner and inner[0] in _group(kind).inside:
        name, *inner = inner
        kind = _group(kind).inside[name]
    if kind is None:
        meant = nearest(name, known)
        whole = ".".join([meant, *inner]) if meant else ""
        better = with_prefix(name, known) or (whole and f"Did you mean `{whole}`?")
        yield _problem(read, file, f"There is nothing called “{name}”.", better)
        return
    group = _group(kind) if isinstance(kind, Each | Group) else None
    if group is None and inner:
        yield _problem(read, file, f"“{name}” is one value; there is no “{inner[0]}” in it.", "")
    if group is None or not inner or inner[0] in group.always:
        return
    if not group.is_open:
        suggestion = did_you_mean(inner[0], group.always) or f"It has {', '.join(sorted(group.always)) or 'nothing'}."
        yield _problem(read, file, f"There is no “{read}”.", suggestion)
    elif read.needed:
        message = f"Where “{read}” is missing, this message is not sent."
        suggestion = f'Give a word for that case: {{{{ {read} | default("…") }}}}.'
        yield _problem(read, file, message, suggestion, warning=True)


def _group(kind: Each | Group) -> Group:
    return kind.group if isinstance(kind, Each) else kind


def _problem(read: Read, file: TemplateFile, message: str, suggestion: str, *, warning: bool = False) -> Problem:
    column = _column(file, read.place, str(read))
    return Problem(read.place.file, read.place.line, column, message, suggestion, "warning" if warning else "error")


def _unreadable(error: RenderError, file: TemplateFile) -> Problem:
    place = Place(error.template, error.line)
    return Problem(error.template, error.line, _column(file, place, error.sought), error.message)


def _column(file: TemplateFile, place: Place, sought: str) -> int:
    """Where a text stands in its line; at its beginning, if it does not stand there as it is."""
    if place.file != file.label:
        return 1
    lines = file.content.decode("utf-8-sig", errors="replace").splitlines()
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    return max(line.find(sought), 0) + 1


def _of_mail(
    file: TemplateFile, template: MailTemplate, found: Sequence[Read], uses: Sequence[Use]
) -> Iterator[Problem]:
    classes = {use.message_class for use in uses} or {template.message_class}
    if classes != {"service"} and all(read.path != UNSUBSCRIBE for read in found):
        message = "This mail has no place for the unsubscribe link, which every mail but `class: service` must have."
        suggestion = 'Use the layout “mail”, or put <a href="{{ unsubscribe_link }}">…</a> into your own.'
        yield Problem(file.label, 1, 1, message, suggestion)
    for use in uses:
        if template.message_class not in {"", use.message_class}:
            message = (
                f"The template says “class: {template.message_class}”, and the rule “{use.rule}” “{use.message_class}”."
            )
            yield Problem(file.label, 1, 1, message, "Say the same in both.", "warning")
