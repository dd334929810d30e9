"""One part of a message (a subject, a text, …) as a compiled template that knows where its lines came from."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from jinja2 import Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.runtime import Context

from firstwin.messages import limits
from firstwin.messages.error import RenderError, Stopped
from firstwin.messages.filters import must_be_known
from firstwin.messages.guard import NotAllowed, guarded
from firstwin.messages.marks import Marks
from firstwin.messages.meter import METER, Meter
from firstwin.messages.missing import Missing, MissingValueError, path_of, what_is_missing
from firstwin.messages.mistaken import Code, in_words, opened_and_never_closed
from firstwin.messages.restored import Restored, restored
from firstwin.messages.sandbox import Sandbox

BREAKS = (  # what a template can break on; anything else is a bug of ours
    TemplateError, Stopped, MissingValueError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError,
    AssertionError, RecursionError,
)  # fmt: skip
AT_A_TIME: Final = 16  # pieces of a message between two looks at its length
COMPILE_BREAKS = (TemplateSyntaxError, NotAllowed, RecursionError, SyntaxError, MemoryError, OverflowError)


@dataclass(frozen=True)
class Compiled:
    file: str
    restored: Restored
    template: Template

    def render(self, values: Mapping[str, Any]) -> str:
        """The text, or RenderError with the line of the template that could not be made."""
        context = self.template.new_context({**values, METER: Meter()})
        try:
            return "".join(self._run(context))
        except BREAKS as broken:
            raise self._explained(broken, values) from broken

    def value(self, values: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the expression is
        """The value itself, of a template that was compiled for that."""
        context = self.template.new_context({**values, METER: Meter()})
        try:
            self._run(context)
            found = context.vars["result"]
            if isinstance(found, Missing):
                found.fail()
        except BREAKS as broken:
            raise self._explained(broken, values) from broken
        return found

    def _run(self, context: Context) -> list[str]:
        """Its length is looked at after every few pieces: after each it would take as long as making them."""
        pieces: list[str] = []
        size = 0
        made = iter(self.template.root_render_func(context))
        try:
            while some := list(islice(made, AT_A_TIME)):
                size += sum(map(len, some))
                if size > limits.RENDERED:
                    raise Stopped("too_large", f"This message is longer than {limits.RENDERED:,} characters.")
                pieces += some
        except BREAKS:
            self.template.environment.handle_exception()  # it raises, with the template's own lines
        return pieces

    def _explained(self, broken: Exception, values: Mapping[str, Any]) -> RenderError:
        place = self.restored.place(self._line(broken))
        match broken:
            case Stopped(reason=reason, message=message):
                return place.error(reason, message)
            case MissingValueError(value=value):
                error = place.error("missing_value", what_is_missing(value, values))
                error.missing = "" if value.is_unknown_name else path_of(value, values)
                return error
            case RecursionError():
                return place.error("too_large", "This is nested too deeply.")
            case _:
                told = " ".join(str(broken).split()) or type(broken).__name__
                message = f"This breaks on the values of this message: {told[:200]}."
                return place.error("failed", message)

    def _line(self, broken: Exception) -> int:
        """The line that broke; what breaks after the last one (a value handed out) is that one's."""
        frames = traceback.extract_tb(broken.__traceback__)
        last = len(self.restored.places)
        return next((frame.lineno or 1 for frame in reversed(frames) if frame.filename == self.file), last)


def compiled(environment: Sandbox, marks: Marks, marked: str, file: str, *, as_value: bool = False) -> Compiled:
    """``marked`` compiled; ``as_value`` for one expression whose value is wanted and not its text."""
    source = restored(marks, marked, file)
    try:
        parsed = environment.parse(source.source)
        must_be_known(environment, parsed)
        tree = guarded(parsed)
        code = environment.compile(_kept(tree) if as_value else tree, filename=file)
    except COMPILE_BREAKS as broken:
        raise _refused(environment, broken, source) from None
    return Compiled(file, source, environment.template_class.from_code(environment, code, {}))


def _kept(tree: nodes.Template) -> nodes.Template:
    """The one expression of the tree, kept under a name instead of put out."""
    output = tree.body[0]
    assert isinstance(output, nodes.Output)  # noqa: S101 - one expression, as the caller saw
    expression = output.nodes[0]
    target = nodes.Name("result", "store", lineno=expression.lineno)
    return nodes.Template([nodes.Assign(target, expression, lineno=expression.lineno)], lineno=1)


def _refused(environment: Sandbox, broken: Exception, source: Restored) -> RenderError:
    match broken:
        case NotAllowed(line=line, message=message):
            place = source.place(line)
            return place.error("not_allowed", message)
        case TemplateSyntaxError(lineno=line, message=message):
            return _mistaken(environment, source, line, message or "")
        case _:
            place = source.place(1)
            return place.error("too_large", "This template is nested too deeply.")


def _mistaken(environment: Sandbox, source: Restored, line: int, message: str) -> RenderError:
    """Each part of the template begins a line of its own, so that the line says which one it is."""
    if message.startswith("Unexpected end of template"):
        line = opened_and_never_closed(source.source)
    lines = source.source.splitlines()
    text = re.split(r"}}|%}", lines[line - 1])[0] if line <= len(lines) else ""
    is_statement = line > 1 and lines[line - 2].rstrip().endswith("{%")
    error = source.place(line).error(
        "syntax", in_words(message, Code(text, is_statement), _words_of(environment, message))
    )
    error.sought = text.strip()
    return error


def _words_of(environment: Sandbox, message: str) -> Iterable[str]:
    return environment.tests if "test named" in message else environment.filters
