"""A property that is computed at the first access, and then stored in its object.

As `functools.cached_property`, without the lock that it takes in Python 3.11: there is one thread,
and the lock takes longer than most of what the checks of an order work out.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class computed_once(Generic[T]):  # noqa: N801
    """Decorate a method of a class whose objects have a `__dict__`."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object, owner: type) -> Self | T:
        """Return the value; from then on the object's own attribute is found before this one."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
