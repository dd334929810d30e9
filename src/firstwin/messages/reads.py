"""Which values a template reads, and whether it has a word for the case that one is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import nodes

from firstwin.messages.compiled import Compiled
from firstwin.messages.marks import Place

Path = tuple[str, ...]
Scope = Mapping[str, Path | None]  # names of loops and of `set`: what they stand for, if that is known
EACH: Final = "[]"  # a member of a list
ASKING: Final = frozenset({"defined", "undefined"})


@dataclass(frozen=True)
class Read:
    """``account.plan`` is ``("account", "plan")``. ``needed``: the message is not made where it is missing."""

    path: Path
    place: Place
    needed: bool

    def __str__(self) -> str:
        return ".".join(part for part in self.path if part != EACH)


def reads(part: Compiled) -> list[Read]:
    """Every value that this part of a message reads, in the order of the file."""
    tree = part.template.environment.parse(part.restored.source)
    return list(_Walk(part, {}, frozenset()).each(tree.body))


@dataclass(frozen=True)
class _Walk:
    part: Compiled
    scope: Scope
    known: frozenset[Path]  # what a condition around has made sure of

    def each(self, body: list[nodes.Node]) -> Iterator[Read]:
        walk = self
        for node in body:
            yield from walk.read(node)
            if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
                walk = _Walk(walk.part, {**walk.scope, node.target.name: walk.path(node.node)}, walk.known)

    def read(self, node: nodes.Node, *, asked: bool = False) -> Iterator[Read]:
        match node:
            case nodes.If():
                yield from self._condition(node)
            case nodes.CondExpr():
                yield from self._choice(node)
            case nodes.For():
                yield from self._loop(node)
            case nodes.Assign():
                yield from self.read(node.node, asked=True)
            case nodes.And():
                yield from self.read(node.left, asked=True)
                yield from self.given(node.left).read(node.right, asked=asked)
            case nodes.Or():
                yield from self.read(node.left, asked=True)
                yield from self.read(node.right, asked=asked)
            case nodes.Filter(name="default") | nodes.Test() | nodes.Compare() | nodes.Not():
                yield from self._question(node, asked=asked)
            case nodes.Name() | nodes.Getattr() | nodes.Getitem():
                yield from self._value(node, asked=asked)
            case _:
                for child in node.iter_child_nodes():
                    yield from self.read(child)

    def given(self, test: nodes.Node) -> _Walk:
        """The same where ``test`` holds: what it asked for is there."""
        return _Walk(self.part, self.scope, self.known | {read.path for read in self.read(test)})

    def _condition(self, node: nodes.If) -> Iterator[Read]:
        yield from self.read(node.test, asked=True)
        yield from self.given(node.test).each(node.body)
        for other in node.elif_:
            yield from self.read(other)
        yield from (self.given(node.test) if isinstance(node.test, nodes.Not) else self).each(node.else_)

    def _choice(self, node: nodes.CondExpr) -> Iterator[Read]:
        yield from self.read(node.test, asked=True)
        yield from self.given(node.test).read(node.expr1)
        if node.expr2 is not None:
            yield from self.read(node.expr2)

    def _loop(self, node: nodes.For) -> Iterator[Read]:
        yield from self.read(node.iter)
        inside = self.path(node.iter)
        names = [name.name for name in node.target.find_all(nodes.Name)] or [getattr(node.target, "name", "")]
        own: dict[str, Path | None] = dict.fromkeys(names)
        if len(names) == 1 and inside is not None:
            own[names[0]] = (*inside, EACH)
        walk = _Walk(self.part, {**self.scope, **own, "loop": None}, self.known)
        if node.test is not None:
            yield from walk.read(node.test, asked=True)
        yield from walk.each(node.body)
        yield from self.each(node.else_)

    def _question(self, node: nodes.Node, *, asked: bool) -> Iterator[Read]:
        """The first value may be missing; what stands in for it may only where that is asked about too."""
        first, *others = node.iter_child_nodes()
        yield from self.read(first, asked=True)
        for other in others:
            yield from self.read(other, asked=asked or isinstance(node, nodes.Compare))

    def _value(self, node: nodes.Expr, *, asked: bool) -> Iterator[Read]:
        path = self.path(node)
        if path is not None:
            yield Read(path, self.part.restored.place(node.lineno), needed=not asked and path not in self.known)
            return
        for child in node.iter_child_nodes():
            yield from self.read(child, asked=asked)

    def path(self, node: nodes.Node) -> Path | None:
        """What an expression reads, if it is a plain name or a value inside one."""
        match node:
            case nodes.Name(name=name) if name in self.scope:
                return self.scope[name]
            case nodes.Name(name=name):
                return (name,)
            case nodes.Getattr(node=inner, attr=name):
                return self._inside(inner, name)
            case nodes.Getitem(node=inner, arg=nodes.Const(value=str() as name)):
                return self._inside(inner, name)
            case nodes.Getitem(node=nodes.List(items=items), arg=nodes.Const(value=int() as number)) if number < len(
                items
            ):
                return self.path(items[number])
            case nodes.Getitem(node=inner, arg=nodes.Const(value=int())):
                return self._inside(inner, EACH)
            case nodes.Filter(name="first" | "last", node=inner) if inner is not None:
                return self._inside(inner, EACH)
            case _:
                return None

    def _inside(self, inner: nodes.Node, name: str) -> Path | None:
        path = self.path(inner)
        return None if path is None else (*path, name)
