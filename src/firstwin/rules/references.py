"""Names that one file speaks of and another declares: destinations, templates, events, former names of rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from firstwin.rules.documents import Document
from firstwin.rules.problems import Problem, Severity, did_you_mean, listed, nearest
from firstwin.rules.project import Project
from firstwin.rules.scope import Use

CSM = "csm"
ENDINGS = {"email": "mail/{}.md", "alert": "alert/{}.md", "webhook": "webhook/{}.json", "digest": "digest/{}.md"}


def destinations(uses: Iterable[Use], project: Project | None) -> Iterator[Problem]:
    """Destinations that firstwin.yaml does not declare."""
    if project is None:
        return
    for use in uses:
        if use.kind == "email" and project.mail is None:
            yield _of(
                use,
                "firstwin.yaml does not say how mail is sent.",
                "Write `mail:` there, with a `sender:` and a `from:`.",
            )
        if use.kind == "destination":
            yield from _destination(use, project)


def _destination(use: Use, project: Project) -> Iterator[Problem]:
    if use.name == CSM:
        if project.csm.fallback is None:
            message = "Accounts without a CSM of their own have nobody who gets this."
            yield _of(use, message, "Name one in firstwin.yaml: `csm: {fallback: cs-team}`.", "warning")
    elif use.name not in project.senders:
        known = listed((*sorted(project.senders), CSM), "and")
        suggestion = did_you_mean(use.name, (*project.senders, CSM)) or f"There are {known}."
        yield _of(use, f"firstwin.yaml declares no sender `{use.name}`.", suggestion)


def templates(uses: Iterable[Use], there: Mapping[str, Collection[str]]) -> Iterator[Problem]:
    """Templates that are not there. ``there``: the names by channel (``email``, ``alert``, …)."""
    for use in uses:
        if use.kind in ENDINGS and use.name not in there.get(use.kind, ()):
            file = "templates/" + ENDINGS[use.kind].format(use.name)
            suggestion = did_you_mean(use.name, there.get(use.kind, ())) or f"Write the file {file}."
            yield _of(use, f"There is no template {file}.", suggestion)


def events(uses: Iterable[Use], seen: Collection[str], milestones: Collection[str]) -> Iterator[Problem]:
    """Events that nobody has ever sent, as a warning: they may still come. And milestones that are events as well.

    What a file tells from an event is not what it meant by it: ``integration_fixed`` beside ``integration_failed``.
    """
    unseen: dict[str, list[Use]] = {}
    beside: defaultdict[str, set[str]] = defaultdict(set)
    for use in uses:
        if use.kind == "record" and use.name in seen:
            message = f"Events called `{use.name}` come in, and a milestone may not have an event's name."
            yield _of(use, message, "Rename it.")
        if use.kind == "event":
            beside[use.file].add(use.name)
            if use.name not in seen:
                unseen.setdefault(use.name, []).append(use)
    for name, places in unseen.items():
        told_apart = set[str]().union(*(beside[place.file] for place in places))
        meant = nearest(name, {*seen, *milestones} - told_apart)
        suggestion = f"Did you mean `{meant}`?" if meant else "Is it sent under another name, or not yet?"
        yield _of(places[0], f"No event `{name}` has ever come in{_also(places)}.", suggestion, "warning")


def _also(places: Sequence[Use]) -> str:
    others = sorted({place.file for place in places} - {places[0].file})
    if not others:
        return ""
    more = f" and {len(others) - 2} more files" if len(others) > 2 else ""  # noqa: PLR2004 - enough to find them by
    return f" ({', '.join(others[:2])}{more} ask for it too)" if len(others) > 1 else f" ({others[0]} asks for it too)"


def former_names(uses: Iterable[Use], rules: Collection[str]) -> Iterator[Problem]:
    """`was:` that names a rule which is still there, or that two rules claim."""
    claimed: dict[str, Use] = {}
    for use in uses:
        if use.kind != "was":
            continue
        if use.name in rules:
            yield _of(
                use,
                f"The rule `{use.name}` is still there.",
                "`was:` names a rule that was renamed: delete its old file.",
            )
        elif use.name in claimed:
            other = claimed[use.name].file
            yield _of(use, f"{other} says `was: {use.name}` too.", "Only one rule can be the renamed one.")
        claimed.setdefault(use.name, use)


def unused_segments(uses: Iterable[Use], segments: Document | None) -> Iterator[Problem]:
    """Segments that no rule and no other segment speaks of."""
    if segments is None or not isinstance(segments.data, dict):
        return
    used = {use.name for use in uses if use.kind == "segment"}
    for name in segments.data:
        if name not in used:
            place = segments.place((name,), "key")
            message = f"No rule uses the segment `{name}`."
            yield Problem(segments.file, place.line, place.column, message, "Take it out, or use it.", "warning")


def _of(use: Use, message: str, suggestion: str, severity: Severity = "error") -> Problem:
    return Problem(use.file, use.line, use.column, message, suggestion, severity)
