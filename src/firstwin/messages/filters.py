"""Whether a template's filters and tests are there, and get what they take. Jinja2 says so only once it comes to them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from firstwin.messages.guard import NotAllowed, every


def must_be_known(environment: Environment, template: nodes.Template) -> None:
    """Raises TemplateSyntaxError for the first that there is not, and NotAllowed for one that is given something else."""
    for node in every(template):
        if isinstance(node, nodes.Filter):
            _must_be_one(node, "filter", environment.filters)
        elif isinstance(node, nodes.Test):
            _must_be_one(node, "test", environment.tests)


def _must_be_one(node: nodes.Filter | nodes.Test, kind: str, known: Mapping[str, Any]) -> None:
    if node.name not in known:
        raise TemplateSyntaxError(f"No {kind} named {node.name!r}.", node.lineno)
    _must_fit(node, known[node.name])


def _must_fit(node: nodes.Filter | nodes.Test, function: Callable[..., Any]) -> None:
    if node.dyn_args or node.dyn_kwargs:
        return
    signature = _taken(function)
    try:
        signature.bind(*node.args, **{str(pair.key): pair.value for pair in node.kwargs})
    except TypeError:
        written = f"{node.name}({', '.join(signature.parameters)})" if signature.parameters else node.name
        raise NotAllowed(
            node.lineno, f"“{node.name}” takes something else in its brackets. Write `{written}`."
        ) from None


@functools.cache
def _taken(function: Callable[..., Any]) -> inspect.Signature:
    """What stands in brackets: all but the value before the bar, and what Jinja2 itself hands in."""
    its_own = 2 if hasattr(function, "jinja_pass_arg") else 1
    signature = inspect.signature(function)
    return signature.replace(parameters=list(signature.parameters.values())[its_own:])
