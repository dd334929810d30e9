"""The Jinja2 environment of all templates: values go in, text comes out, and nothing else can be reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import pass_context
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as JINJA_TESTS

from firstwin.messages import limits
from firstwin.messages.error import Stopped
from firstwin.messages.meter import counted, looked_at, meter
from firstwin.messages.missing import Missing

FILTERS: Final = (
    "abs", "capitalize", "count", "first", "int", "items", "last", "length", "lower", "map", "reject", "rejectattr",
    "reverse", "select", "selectattr", "sort", "title", "trim", "truncate", "unique", "upper",
)  # fmt: skip
TESTS: Final = (
    "==", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge", "equalto", "in", "defined", "undefined", "none",
    "number", "string", "boolean", "true", "false", "even", "odd",
)  # fmt: skip
IN_LOOP: Final = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
COUNTED: Final = "counted turns"  # filters with such names cannot be written in a template
LOOKED_AT: Final = "looked at"
TOGETHER: Final = "text put together"
Show = Callable[[Context, Any], str]


class Sandbox(ImmutableSandboxedEnvironment):
    """``shown`` makes text of each value that is put out, ``raw`` of one that goes on being worked with.

    ``filters`` are added to the few harmless ones of Jinja2.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, *, html: bool, shown: Show, raw: Show, filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(autoescape=html, undefined=Missing, finalize=shown, cache_size=0, optimized=False)
        self.globals = {}
        self.raw = raw
        self.tests = {name: JINJA_TESTS[name] for name in TESTS}
        self.filters = {name: JINJA_FILTERS[name] for name in FILTERS} | dict(filters)
        self.filters |= {COUNTED: counted, LOOKED_AT: looked_at, TOGETHER: together}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - any value of the data
        return obj[attribute] if type(obj) is dict and attribute in obj else self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401
        """What stands under a name or number in the data, and never what Python has to offer beside it."""
        if isinstance(obj, Missing):
            return obj.inner(str(argument))
        if isinstance(obj, (dict, list, str)):
            return self._within(obj, argument)
        if isinstance(obj, LoopContext) and argument in IN_LOOP:
            return getattr(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def _within(self, obj: dict[str, Any] | list[Any] | str, argument: Any) -> Any:  # noqa: ANN401
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401, ARG002
        return False

    def is_safe_callable(self, obj: Any) -> bool:  # noqa: ANN401, ARG002
        return False

    def call_filter(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """What ``map`` does to each value."""
        return super().call_filter(name, self._looked_at(value, kwargs), *args, **kwargs)

    def call_test(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """What ``select`` and ``reject`` ask of each value."""
        return super().call_test(name, self._looked_at(value, kwargs), *args, **kwargs)

    def _looked_at(self, value: Any, given: Mapping[str, Any]) -> Any:  # noqa: ANN401
        context = given.get("context")
        return looked_at(context, value) if context is not None else value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401
        """Arithmetic on numbers of a sane size, and two texts joined by ``+``."""
        for value in (left, right):
            if isinstance(value, Missing):
                value.fail()
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _kept(context, left + right)
        if operator == "**" or not all(isinstance(value, (int, float)) for value in (left, right)):
            raise Stopped("not_allowed", f"“{operator}” is for numbers; to join texts, write “~”." if operator != "**" else "A template has no “**”.")  # fmt: skip
        result = super().call_binop(context, operator, left, right)
        if abs(result) > limits.NUMBER:
            raise Stopped("too_large", "A number in this sum is too large.")
        return result


@pass_context
def together(context: Context, values: list[Any]) -> str:
    """The texts joined by ``~``."""
    environment = context.environment
    assert isinstance(environment, Sandbox)  # noqa: S101 - the one that has this filter
    return _kept(context, "".join(environment.raw(context, value) for value in values))


def _kept(context: Context, text: str) -> str:
    meter(context).look(len(text))
    if len(text) > limits.RENDERED:
        raise Stopped("too_large", "The text put together here is too long.")
    return text
