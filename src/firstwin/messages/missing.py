"""What a template sees where a value is missing: it may ask about it, and may not print it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from jinja2 import StrictUndefined
from jinja2.utils import missing as unknown

from firstwin.messages.prefixes import with_prefix
from firstwin.rules.problems import did_you_mean


class Missing(StrictUndefined):
    """A missing property is false, differs from nothing and equals nothing, as in the rules; printing it is an error.

    A name that no message has (``acount``) is a slip of the pen and always an error, but for ``default`` and
    ``is defined``.
    """

    __slots__ = ()

    @property
    def is_unknown_name(self) -> bool:
        return self._undefined_obj is unknown

    @property
    def name(self) -> str:
        return str(self._undefined_name)

    @property
    def owner(self) -> object:
        """The group of values that lacks it."""
        return self._undefined_obj

    def inner(self, name: str) -> Missing:
        """What is missing has nothing inside; an unknown name cannot even be asked."""
        if self.is_unknown_name:
            self.fail()
        return Missing(obj=self, name=name)

    def fail(self) -> NoReturn:
        raise MissingValueError(self)

    def _asked(self, _other: object = None) -> bool:
        if self.is_unknown_name:
            self.fail()
        return False

    def _fail(self, *_: object, **__: object) -> NoReturn:
        self.fail()

    __bool__ = __eq__ = __ne__ = _asked  # type: ignore[assignment] # the base class never answers
    __lt__ = __le__ = __gt__ = __ge__ = _asked  # type: ignore[assignment]
    __str__ = __iter__ = __len__ = __contains__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _fail
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = _fail
    __int__ = __float__ = __complex__ = __call__ = __getitem__ = _fail
    __hash__ = None  # type: ignore[assignment] # nothing is kept by a value that is not there


class MissingValueError(Exception):
    """A template needed a value that is not there."""

    def __init__(self, value: Missing) -> None:
        super().__init__(value.name)
        self.value = value


def is_blank(value: object) -> bool:
    """Whether nothing would be seen of it: missing, None, or text of spaces."""
    return isinstance(value, Missing) or value is None or (isinstance(value, str) and not value.strip())


def what_is_missing(value: Missing, values: Mapping[str, object]) -> str:
    """Which value is missing, and the two ways to write for that case."""
    if value.is_unknown_name:
        better = with_prefix(value.name, values) or did_you_mean(value.name, values)
        return f"There is nothing called “{value.name}”. {better}".strip()
    path = path_of(value, values)
    return (
        f'“{path}” is missing here. Give a word for that case, {{{{ {path} | default("…") }}}},'
        f" or put {{% if {path} %}} … {{% endif %}} around the sentence."
    )


def path_of(value: Missing, values: Mapping[str, object]) -> str:
    """The whole name of a value that is missing: ``account.plan``."""
    return f"{_path(value.owner, values)}{value.name}"


def _path(owner: object, values: Mapping[str, object]) -> str:
    if isinstance(owner, Missing):
        return f"{_path(owner.owner, values)}{owner.name}."
    return next((f"{name}." for name, value in values.items() if value is owner and value is not None), "")
