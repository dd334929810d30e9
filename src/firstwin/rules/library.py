"""All rule files of a project, read together: rules in the order in which they build on each other, and every problem."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from firstwin.rules import rule_file, segments
from firstwin.rules.documents import Document, read_document
from firstwin.rules.folder import misnamed
from firstwin.rules.order import recorders_first
from firstwin.rules.outlines import outlines
from firstwin.rules.problems import Problem, errors
from firstwin.rules.project import Project
from firstwin.rules.reading import read_word
from firstwin.rules.references import destinations, former_names, unused_segments
from firstwin.rules.remarked import hidden_destinations
from firstwin.rules.rule_file import RuleFile
from firstwin.rules.scope import Compared, Findings, Known, Scope, Use
from firstwin.rules.segments import SegmentsFile
from firstwin.rules.sense import doubtful
from firstwin.rules.stored import with_segments
from firstwin.rules.terms import Named, Rule, Subject, conditions, read_milestones
from firstwin.rules.versions import plain, version_of
from firstwin.rules.walk import read_by_rule, walk

SEGMENTS = "segments"


@dataclass(frozen=True)
class Library:
    """What the files say. ``rules`` are those without an error, recorders before the rules that read them.

    A library with an error among its problems is for telling them, not for running: a milestone may be missing from it.
    """

    rules: tuple[Rule, ...] = ()
    milestones: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name -> the rules that record it
    segments: Mapping[str, Named] = field(default_factory=dict)
    reads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # rule -> the names of the facts it depends on
    problems: tuple[Problem, ...] = ()
    uses: tuple[Use, ...] = ()
    compared: tuple[Compared, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)  # rule -> its file

    def rule(self, name: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == name), None)


def load_library(files: Mapping[str, bytes], project: Project | None = None) -> Library:
    """Reads all files together. Never raises for what stands in them: that is a problem, with its place.

    ``files`` by name, like ``rules/activated.yaml``. With a ``project``, destinations are looked up in it.
    """
    documents, problems = _documents(files)
    known = Known(_recorders(documents), _abouts(documents), rules=outlines(_rule_files(files, documents)))
    named = _segments(documents.get(SEGMENTS), known)
    known = replace(known, segments=named.segments, broken_segments=named.broken)
    read = [_rule(name, document, known) for name, document in documents.items() if name != SEGMENTS]
    uses = (*named.uses, *(use for found in read for use in found.uses))
    order = recorders_first([found.rule for found in read if found.rule], known.milestones)
    rules = _kept_whole(_versioned(order.rules, known), documents.get(SEGMENTS))
    problems += [*named.problems, *(problem for found in read for problem in found.problems)]
    problems += [
        *_circles(order.circles, uses, known, documents),
        *_twins(rules, documents),
        *former_names(uses, documents),
        *unused_segments(uses, documents.get(SEGMENTS)),
        *destinations({*uses, *hidden_destinations(problems, files)}, project),
    ]
    return Library(
        rules,
        known.milestones,
        named.segments,
        {rule.id: read_by_rule(rule) for rule in rules},
        tuple(sorted(set(problems))),
        uses,
        (*named.compared, *(compared for found in read for compared in found.compared)),
        {PurePosixPath(file).stem: file for file in sorted(files)},
    )


# ---- each file by itself --------------------------------------------------------------------------------------------


def _documents(files: Mapping[str, bytes]) -> tuple[dict[str, Document], list[Problem]]:
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    for file, content in sorted(files.items()):
        wrong = misnamed(file, documents)
        document, found = read_document(file, content)
        problems += [*([wrong] if wrong else []), *found]
        if document and not wrong:
            documents[PurePosixPath(file).stem] = document
    return documents, problems


def _rule_files(files: Iterable[str], documents: Mapping[str, Document]) -> dict[str, Document | None]:
    names = (PurePosixPath(file).stem for file in sorted(files))
    return {name: documents.get(name) for name in names if name != SEGMENTS}


def _recorders(documents: Mapping[str, Document]) -> dict[str, tuple[str, ...]]:
    """Who records what, read from the plain data, so that a mistake in one file is not told again in all that read it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, document in documents.items():
        for milestone in _recorded(document.data) if name != SEGMENTS else ():
            found[milestone] = tuple(dict.fromkeys((*found.get(milestone, ()), name)))
    return found


def _recorded(data: Any) -> Iterator[str]:  # noqa: ANN401 - plain data of any shape
    if not isinstance(data, dict):
        return
    steps = data.get("steps")
    places = [data, *(steps.values() if isinstance(steps, dict) else ())]
    thens = [place.get("then") for place in places if isinstance(place, dict)]
    actions = [action for then in thens for action in (then if isinstance(then, list) else [then])]
    yield from (
        action["record"] for action in actions if isinstance(action, dict) and isinstance(action.get("record"), str)
    )


def _abouts(documents: Mapping[str, Document]) -> dict[str, Subject | None]:
    written = {
        name: document.data.get("about") for name, document in documents.items() if isinstance(document.data, dict)
    }
    return {name: about if about in ("account", "person") else None for name, about in written.items()}


@dataclass(frozen=True)
class _Segments:
    segments: Mapping[str, Named] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    problems: Sequence[Problem] = ()
    uses: Sequence[Use] = ()
    compared: Sequence[Compared] = ()


def _segments(document: Document | None, known: Known) -> _Segments:
    if document is None:
        return _Segments()
    read = read_word(SegmentsFile, document, segments.cut)
    findings = Findings(document)
    found = read.word.segments(Scope(findings, known)) if read.word else {}
    names = frozenset(document.data if isinstance(document.data, dict) else ())
    return _Segments(
        found, names - frozenset(found), (*read.problems, *findings.problems), findings.uses, findings.compared
    )


@dataclass(frozen=True)
class _Rule:
    rule: Rule | None
    problems: Sequence[Problem]
    uses: Sequence[Use]
    compared: Sequence[Compared]


def _rule(name: str, document: Document, known: Known) -> _Rule:
    read = read_word(RuleFile, document, rule_file.cut)
    findings = Findings(document, broken=read.broken)
    scope = Scope(findings, known)
    rule = read.word.rule(name, scope) if read.word else None
    if rule and not read.problems and not errors(findings.problems):
        doubtful(rule, scope)
    problems = (*read.problems, *findings.problems)
    return _Rule(None if errors(problems) else rule, problems, findings.uses, findings.compared)


# ---- all of them together -------------------------------------------------------------------------------------------


def _versioned(rules: Sequence[Rule], known: Known) -> tuple[Rule, ...]:
    versions: dict[str, str] = {}
    found = []
    for rule in rules:
        recorders = {name for milestone in read_milestones(rule) for name in known.milestones.get(milestone, ())}
        versions[rule.id] = version_of(rule, (versions[name] for name in recorders if name in versions))
        found.append(replace(rule, version=versions[rule.id]))
    return tuple(found)


def _kept_whole(rules: Sequence[Rule], segments: Document | None) -> tuple[Rule, ...]:
    """With the segments in the text of those that read some: what is kept of a version is enough to read it again."""
    text = segments.source.text if segments else ""
    reads = [any(isinstance(part, Named) for term in conditions(rule) for part in walk(term)) for rule in rules]
    return tuple(
        replace(rule, source=with_segments(rule.source, text)) if some else rule
        for rule, some in zip(rules, reads, strict=True)
    )


def _circles(
    circles: Sequence[tuple[str, ...]], uses: Sequence[Use], known: Known, documents: Mapping[str, Document]
) -> Iterator[Problem]:
    for circle in circles:
        name, read_from = circle[0], circle[1 % len(circle)]
        own = [use for use in uses if use.file == documents[name].file]
        read = next(use for use in own if _waits_for(use, read_from, known))
        yield Problem(read.file, read.line, read.column, *_circle(read, circle))


def _waits_for(use: Use, rule: str, known: Known) -> bool:
    return (use.kind == "milestone" and rule in known.milestones.get(use.name, ())) or (
        use.kind == "nudged" and use.name == rule
    )


def _circle(read: Use, circle: tuple[str, ...]) -> tuple[str, str]:
    """What is wrong with a circle that is looked at from this place, and what to do."""
    around = " → ".join((*circle, circle[0]))
    if read.kind == "nudged":
        message = (
            "The rule cannot begin with its own nudge."
            if len(circle) == 1
            else f"These rules wait for each other: {around}."
        )
        return message, "Begin one of them in another way; for several messages in a row write `steps:`."
    message = f"The rule records `{read.name}` itself, so it cannot wait for it."
    if len(circle) > 1:
        message = f"These rules wait for each other's milestones: {around}."
    return message, "Take the milestone out of one of the conditions."


def _twins(rules: Sequence[Rule], documents: Mapping[str, Document]) -> Iterator[Problem]:
    """Two files that say the same: most likely a copy that was to be changed."""
    first: dict[str, str] = {}
    for rule in sorted(rules, key=lambda rule: rule.id):
        meaning = json.dumps(plain(replace(rule, id="", was=None)), sort_keys=True)
        twin = first.setdefault(meaning, rule.id)
        if twin != rule.id:
            message = f"This rule says the same as {documents[twin].file}."
            yield Problem(documents[rule.id].file, 1, 1, message, "Delete one of the two, or change it.", "warning")
