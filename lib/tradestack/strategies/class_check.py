"""The check of a strategy's class; each problem is named with file and line."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator

from tradestack.domain.tick import TickKind
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.strategy import Strategy
from tradestack.strategies.timers import timers_of

# As the wire carries them with each order: SignalName and SignalLabel.
_WORD = re.compile(r"[!-~]{1,32}")
HOOKS = ("on_start", "on_tick", "on_ticks", "on_news", "on_report", "on_end")
_MESSAGE_HOOKS = ("on_tick", "on_ticks", "on_news")
_NEVER_ASYNC = ("on_start", "on_ticks", "on_end", "counters")


def has_hook(strategy: type[Strategy], hook: str) -> bool:
    """Return whether the class defines or inherits that hook."""
    return getattr(strategy, hook) is not getattr(Strategy, hook)


def needs_of(strategy: type[Strategy]) -> frozenset[TickKind]:
    """Return the kinds of ticks without which the class never trades; orders need prices."""
    news = {TickKind.NEWS} if has_hook(strategy, "on_news") else set()
    return frozenset({TickKind.PRICE, *news})


def is_async(strategy: type[Strategy]) -> bool:
    """Return whether one of its hooks has to be awaited."""
    hooks = [*HOOKS, *timers_of(strategy)]
    return any(inspect.iscoroutinefunction(getattr(strategy, hook)) for hook in hooks)


def check_class(strategy: type[Strategy]) -> None:
    """Raise ValueError with what is wrong, and where."""
    for name, problem in _problems(strategy):
        raise ValueError(f"{_place(strategy, name)}{strategy.__name__} {problem}")


Problem = tuple[str, str]  # a name in the class, and what is wrong with it


def _problems(strategy: type[Strategy]) -> Iterator[Problem]:
    yield from _name_problems(strategy)
    yield from _hook_problems(strategy)
    yield from _async_problems(strategy)
    yield from _parameter_problems(strategy)


def _name_problems(strategy: type[Strategy]) -> Iterator[Problem]:
    timers = timers_of(strategy)
    for name in dir(strategy):
        if name.startswith("on_") and name not in HOOKS and name not in timers:
            yield name, f"has a method {name}, which is no hook; hooks are {', '.join(HOOKS)}"
    if strategy.__init__ is not Strategy.__init__:
        yield "__init__", "has __init__; begin with on_start, which is called once a feed session"
    for name in ("name", "value_label"):
        word = getattr(strategy, name)
        if not isinstance(word, str) or _WORD.fullmatch(word) is None:
            yield name, f"has a {name} that is not 1 to 32 characters without a space"


def _hook_problems(strategy: type[Strategy]) -> Iterator[Problem]:
    timers = timers_of(strategy)
    if has_hook(strategy, "on_ticks"):
        others = [hook for hook in ("on_tick", "on_news", "on_report") if has_hook(strategy, hook)]
        if others or timers:
            yield "on_ticks", f"has on_ticks and {[*others, *timers][0]}; on_ticks is given all"
        if strategy.interactive:
            yield "on_ticks", "is interactive, which goes message by message; use on_tick"
    elif not timers and not any(has_hook(strategy, hook) for hook in _MESSAGE_HOOKS):
        yield "", f"has none of {', '.join(_MESSAGE_HOOKS)} and no timer, so it would never trade"
    if has_hook(strategy, "on_report") and not strategy.interactive:
        yield "on_report", "has on_report, and `interactive = True` is missing"


def _async_problems(strategy: type[Strategy]) -> Iterator[Problem]:
    for name in _NEVER_ASYNC:
        if inspect.iscoroutinefunction(getattr(strategy, name)):
            allowed = "on_tick, on_news, on_report and timers"
            yield name, f"has an async {name}; hooks that may be async are {allowed}"


def _parameter_problems(strategy: type[Strategy]) -> Iterator[Problem]:
    declared = parameters_of(strategy)
    for name, parameter in declared.items():
        if name in ("name", "symbols", "quantity") or hasattr(Strategy, name):
            yield name, f"has a parameter {name}, which means something else in every strategy"
        if not parameter.minimum <= parameter.default <= parameter.maximum:
            default = parameter.format(parameter.default)
            yield name, f"has {name} with the default {default}, allowed is {parameter.allowed}"
        for other in (parameter.below, parameter.not_above):
            if other is not None and other not in declared:
                yield name, f"has {name} in relation to {other}, which is no parameter"


def _place(strategy: type[Strategy], name: str) -> str:
    """Return file and line of what the class has under that name, with a colon.

    It may be inherited. Without one: of the class. "" if they are not known.
    """
    owner = next((each for each in strategy.__mro__ if name in vars(each)), strategy)
    try:
        lines, first = inspect.getsourcelines(owner)
        file = inspect.getsourcefile(owner)
    except (OSError, TypeError):
        return ""
    (definition,) = ast.parse(textwrap.dedent("".join(lines))).body
    assert isinstance(definition, ast.ClassDef), "it is the text of a class"
    named = [each.lineno - 1 for each in definition.body if name in _names(each)]
    return f"{file} line {first + (named[-1] if named else 0)}: "


def _names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a class defines."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name
        case ast.AnnAssign(target=ast.Name() as target):
            yield target.id
        case ast.Assign():
            yield from (each.id for each in statement.targets if isinstance(each, ast.Name))
