"""One object for each symbol, made on demand."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

MadeT = TypeVar("MadeT")
ArgumentsT = ParamSpec("ArgumentsT")


def per_symbol(
    factory: Callable[ArgumentsT, MadeT], *args: ArgumentsT.args, **kwargs: ArgumentsT.kwargs
) -> defaultdict[str, MadeT]:
    """Return a dict that makes what it has for a symbol when it is first asked for.

        self.short = per_symbol(Mean, 20)
        self.short[tick.symbol].add(tick.price)         Mean(20) of this symbol alone

    Prices of several symbols in one indicator give numbers that mean nothing. Raises what
    `factory` raises, at once: one is made to try the arguments.
    """
    factory(*args, **kwargs)
    return defaultdict(partial(factory, *args, **kwargs))
