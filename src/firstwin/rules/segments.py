"""rules/segments.yaml: conditions with a name of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import RootModel, model_validator

from firstwin.rules.conditions import Condition
from firstwin.rules.documents import Path
from firstwin.rules.names import SegmentName
from firstwin.rules.scope import Scope
from firstwin.rules.terms import Named
from firstwin.rules.word import refusal

SHAPE = "Write a name and its condition: `at-risk: {account.health: {at_most: 50}}`."


class SegmentsFile(RootModel[dict[SegmentName, Condition]]):
    """A segment may use others, as long as they do not go round in a circle."""

    @model_validator(mode="before")
    @classmethod
    def _named(cls, data: object) -> object:
        if not isinstance(data, Mapping):
            raise refusal("Here names of segments are needed.", SHAPE)
        return data

    def segments(self, scope: Scope) -> dict[str, Named]:
        """Each segment's condition, in the order in which they build on each other."""
        inside = scope.before_the_start("segment")
        done: dict[str, Named] = {}
        for name in self.root:
            self._settle(name, inside, done, ())
        return done

    def _settle(self, name: str, scope: Scope, done: dict[str, Named], above: tuple[str, ...]) -> None:
        if name in done or name not in self.root:
            return
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            message = f"These segments go round in a circle: {circle}."
            scope.refuse(message, "Write one of them without the others.", name, at="key")
            return
        for other in self._used(name, scope):
            self._settle(other, scope, done, (*above, name))
        known = scope.with_segments(done, frozenset(self.root) - frozenset(done))
        done[name] = Named(name, self.root[name].term(known.at(name)))

    def _used(self, name: str, scope: Scope) -> Iterator[str]:
        """The segments that one speaks of: asked by lowering it once with nothing told."""
        silent = scope.silent()
        self.root[name].term(silent.at(name))
        yield from (use.name for use in silent.findings.uses if use.kind == "segment")


def cut(path: Path) -> Path:
    return path[:1]
