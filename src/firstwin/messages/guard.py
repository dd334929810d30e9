"""What a template may say: ``if``, ``for``, ``set``, values, sums and filters. Everything else is refused by name."""

from __future__ import annotations

from typing import Any, Final, cast

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from firstwin.messages import limits
from firstwin.messages.sandbox import COUNTED, LOOKED_AT, TOGETHER
from firstwin.rules.problems import did_you_mean

ALLOWED: Final = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const,
    nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.Neg, nodes.Pos, nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Concat,
    nodes.CondExpr, nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword,
)  # fmt: skip
REFUSED: Final[dict[type[nodes.Node], str]] = {
    nodes.Call: "A template cannot call anything. Filters stand behind a bar: {{ name | upper }}.",
    nodes.Pow: "A template has no “**”.",
    nodes.Block: "A block may not stand inside another part here.",
    nodes.AssignBlock: "“set” takes a value: {% set name = … %}.",
}
COSTLY: Final = (nodes.Filter, nodes.Test, nodes.Compare, nodes.Getitem)
BUTTON: Final = "button"  # what looks like a call and is none: it stands on a line of its own, and is made before
LOOP_ONLY: Final = "A template has “if”, “for”, “set” and “block”; it has nothing called “{}”."


class NotAllowed(Exception):  # noqa: N818 - a refusal, with the line that it is about
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def guarded(template: nodes.Template) -> nodes.Template:
    """The same template with its loops counted and its texts bounded, or NotAllowed."""
    parts = every(template)
    for node in parts:
        _allow(node)
    much = sum(isinstance(node, COSTLY) for node in parts) > limits.FREE
    guarded = _Bounds(much=much).visit(template)
    assert isinstance(guarded, nodes.Template)  # noqa: S101 - a template stays one
    return guarded


def every(node: nodes.Node) -> list[nodes.Node]:
    """The node and everything in it, without recursion: a hostile template may be nested deeply."""
    found = [node]
    for each in found:
        found.extend(each.iter_child_nodes())
    return found


def _allow(node: nodes.Node) -> None:
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and did_you_mean(node.node.name, (BUTTON,)):
        raise NotAllowed(node.lineno, f"There is no “{node.node.name}”. {did_you_mean(node.node.name, (BUTTON,))}")
    if type(node) not in ALLOWED:
        name = type(node).__name__.lower()
        raise NotAllowed(node.lineno or 1, REFUSED.get(type(node)) or LOOP_ONLY.format(name))
    if isinstance(node, nodes.For) and node.recursive:
        raise NotAllowed(node.lineno, "A loop in a template cannot be recursive.")
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        raise NotAllowed(node.lineno, f"A name cannot begin with an underscore: “{node.name}”.")
    if isinstance(node, nodes.Filter) and (node.dyn_args or node.dyn_kwargs):
        raise NotAllowed(node.lineno, "A filter takes its values one by one.")


class _Bounds(NodeTransformer):
    """Turns of loops are counted, texts joined by ``~`` are kept to a length, and what costs as much as its values are
    long has them counted: everywhere inside a loop, and outside where there is ``much`` of it.
    """

    def __init__(self, *, much: bool) -> None:
        self._counts = much

    def visit_For(self, node: nodes.For, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401 - Jinja2's names
        weight = _weight(node)
        before, self._counts = self._counts, True
        self.generic_visit(node, *args, **kwargs)
        self._counts = before
        node.iter = _filtered(node.iter, COUNTED, nodes.Const(weight, lineno=node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        return _filtered(nodes.List(node.nodes, lineno=node.lineno), TOGETHER)

    def visit_Filter(self, node: nodes.Filter, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        if self._counts and node.node is not None:
            node.node = _looked_at(node.node)
            node.args = [_looked_at(each) for each in node.args]
            for pair in node.kwargs:
                pair.value = _looked_at(pair.value)
        return node

    def visit_Test(self, node: nodes.Test, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        if self._counts:
            node.node = _looked_at(node.node)
            node.args = [_looked_at(each) for each in node.args]
        return node

    def visit_Compare(self, node: nodes.Compare, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        if self._counts:
            node.expr = _looked_at(node.expr)
            for operand in node.ops:
                operand.expr = _looked_at(operand.expr)
        return node

    def visit_Getitem(self, node: nodes.Getitem, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        if self._counts and isinstance(node.arg, nodes.Slice):
            node.node = _looked_at(node.node)
        return node


def _looked_at(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _filtered(node, LOOKED_AT)


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(cast("nodes.Expr", node), name, list(args), [], None, None, lineno=node.lineno)


def _weight(node: nodes.Node) -> int:
    """How many parts of the template one turn goes through, and how long the texts are that stand in them."""
    return sum(
        1 + (len(each.value) if isinstance(each, nodes.Const) and isinstance(each.value, str) else 0)
        for each in every(node)
    )
