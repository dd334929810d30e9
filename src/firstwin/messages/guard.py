"""What a template may say: ``if``, ``for``, ``set``, values, sums and filters. Everything else is refused by name."""

from __future__ import annotations

from typing import Any, Final

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from firstwin.messages.sandbox import COUNTED, TOGETHER

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
LOOP_ONLY: Final = "A template has “if”, “for”, “set” and “block”; it has nothing called “{}”."


class NotAllowed(Exception):  # noqa: N818 - a refusal, with the line that it is about
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def guarded(template: nodes.Template) -> nodes.Template:
    """The same template with its loops counted and its texts bounded, or NotAllowed."""
    for node in _all(template):
        _allow(node)
    guarded = _Bounds().visit(template)
    assert isinstance(guarded, nodes.Template)  # noqa: S101 - a template stays one
    return guarded


def _all(node: nodes.Node) -> list[nodes.Node]:
    """The node and everything in it, without recursion: a hostile template may be nested deeply."""
    found = [node]
    for each in found:
        found.extend(each.iter_child_nodes())
    return found


def _allow(node: nodes.Node) -> None:
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
    """Turns of loops are counted, and texts joined by ``~`` are kept to a length."""

    def visit_For(self, node: nodes.For, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401 - Jinja2's names
        self.generic_visit(node, *args, **kwargs)
        node.iter = nodes.Filter(node.iter, COUNTED, [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802, ANN401
        self.generic_visit(node, *args, **kwargs)
        texts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(texts, TOGETHER, [], [], None, None, lineno=node.lineno)
