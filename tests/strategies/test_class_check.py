"""What can be wrong with the class of a strategy, and where it is told to be."""

import types
from pathlib import Path

import pytest

from tests.kit.quoter import Quoter
from tradestack.domain.tick import TickKind
from tradestack.strategies.class_check import check_class, is_async, needs_of
from tradestack.strategies.crossover import Crossover
from tradestack.strategies.loading import load_strategy
from tradestack.strategies.maker import Maker
from tradestack.strategies.news import News
from tradestack.strategies.news_crossover import NewsCrossover
from tradestack.strategies.strategy import Strategy

HEAD = """from tradestack.strategies import Strategy, at, decimal, every, whole_number

class Mine(Strategy):
    \"\"\"on_tik: a docstring names things, too.\"\"\"
"""
ON_TICK = "    def on_tick(self, tick): ...\n"  # line 5


@pytest.mark.parametrize("strategy", [News, Crossover, NewsCrossover, Maker, Quoter])
def test_a_right_class_has_no_problem(strategy: type[Strategy]) -> None:
    """The shipped ones, and one of the tests."""
    check_class(strategy)


@pytest.mark.parametrize(
    "body",
    [
        "    def on_ticks(self, batch): ...\n",
        "    async def on_tick(self, tick): ...\n    async def on_news(self, news): ...\n",
        "    @every('1min')\n    def look(self): ...\n",
        "    @at('15:55', zone='America/New_York')\n    async def on_close(self): ...\n",
        "    interactive = True\n    def on_report(self, report): ...\n" + ON_TICK,
        "    name = 'x' * 32\n    value_label = '!~'\n" + ON_TICK,
        "    step: int = whole_number(1, minimum=1, maximum=1, doc='One.')\n" + ON_TICK,
    ],
)
def test_what_is_allowed_is_not_refused(tmp_path: Path, body: str) -> None:
    """Each form that a strategy may have."""
    path = tmp_path / "mine.py"
    path.write_text(HEAD + body)

    assert load_strategy(str(path)).strategy.__name__ == "Mine"


PARAMETER = "    {} = whole_number({}, minimum=1, maximum=9, doc='A number.'{})\n"


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        (
            "    x = 1\n",
            3,
            "has none of on_tick, on_ticks, on_news and no timer, so it would never",
        ),
        (
            ON_TICK + "    def on_tik(self, tick): ...\n",
            6,
            "has a method on_tik, which is no hook; hooks are on_start, on_tick, on_ticks, on_news",
        ),
        (ON_TICK + "    def __init__(self): ...\n", 6, "has __init__; begin with on_start, which"),
        (ON_TICK + "    name = 'two words'\n", 6, "has a name that is not 1 to 32 characters with"),
        (ON_TICK + "    name = ''\n", 6, "has a name that is not 1 to 32 characters without a spa"),
        (
            ON_TICK + "    name = 5\n",
            6,
            "has a name that is not 1 to 32 characters without a space",
        ),
        (ON_TICK + "    value_label = 'é'\n", 6, "has a value_label that is not 1 to 32"),
        (
            ON_TICK + PARAMETER.format("value_label", 1, ""),
            6,
            "has a value_label that is not 1 to 32 characters without a space",
        ),
        (
            ON_TICK + "    def on_ticks(self, batch): ...\n",
            6,
            "has on_ticks and on_tick; on_ticks is given all",
        ),
        (
            "    def on_ticks(self, batch): ...\n    @every('1s')\n    def look(self): ...\n",
            5,
            "has on_ticks and look; on_ticks is given all",
        ),
        (
            "    interactive = True\n    def on_ticks(self, batch): ...\n",
            6,
            "is interactive, which goes message by message; use on_tick",
        ),
        (
            ON_TICK + "    def on_report(self, report): ...\n",
            6,
            "has on_report, and `interactive = True` is missing",
        ),
        *(
            (
                f"{'' if hook == 'on_ticks' else ON_TICK}    async def {hook}(self): ...\n",
                5 if hook == "on_ticks" else 6,
                f"has an async {hook}; hooks that may be async are on_tick, on_news, on_report and",
            )
            for hook in ("on_start", "on_ticks", "on_end", "counters")
        ),
        *(
            (
                ON_TICK + PARAMETER.format(name, 1, ""),
                6,
                f"has a parameter {name}, which means something else in every strategy",
            )
            for name in ("quantity", "symbols", "buy", "working", "interactive")
        ),
        (
            ON_TICK + PARAMETER.format("steps", 1, "") + PARAMETER.format("step", 10, ""),
            7,
            "has step with the default 10, allowed is a whole number from 1 to 9",
        ),
        (
            ON_TICK + "    step: int = decimal('0', minimum='0.5', maximum='1', doc='A step.')\n",
            6,
            "has step with the default 0, allowed is a number from 0.5 to 1",
        ),
        (
            ON_TICK + PARAMETER.format("step", 1, ", below='long'"),
            6,
            "has step in relation to long, which is no parameter",
        ),
        (
            ON_TICK + PARAMETER.format("step", 1, ", not_above='long'"),
            6,
            "has step in relation to long, which is no parameter",
        ),
    ],
)
def test_a_problem_is_told_with_its_line(
    tmp_path: Path, body: str, line: int, problem: str
) -> None:
    """Each one has its sentence, and the line where it is."""
    path = tmp_path / "mine.py"
    path.write_text(HEAD + body)

    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole text is compared)
        load_strategy(str(path))

    assert str(refused.value).startswith(f"{path} line {line}: Mine {problem}")


@pytest.mark.parametrize("inherited", ["def __init__(self): ...", "async def on_start(self): ..."])
def test_what_a_class_inherits_is_told_where_it_is(tmp_path: Path, inherited: str) -> None:
    """In the class that has it, with the name of the strategy."""
    path = tmp_path / "mine.py"
    path.write_text(
        "from tradestack.strategies import Strategy\n\n"
        f"class Base(Strategy):\n    {inherited}\n\n"
        f"class Mine(Base):\n{ON_TICK}"
    )

    with pytest.raises(ValueError, match=f"^{path} line 4: Mine has "):
        load_strategy(f"{path}:Mine")


def test_a_class_without_text_is_told_without_a_place() -> None:
    """There is no file to name."""
    made = types.new_class("Made", (Strategy,))

    with pytest.raises(ValueError, match=r"^Made has none of on_tick"):
        check_class(made)


def test_a_name_is_made_of_the_class() -> None:
    """In small letters, with a line between words; one of its own goes before."""

    class Own(Strategy):
        name = "other"

    class Heir(Own):
        pass

    words = ["Mine", "MyNews", "SMACross", "RSI2", "A1B"]
    names = [getattr(types.new_class(word, (Strategy,)), "name", None) for word in words]
    assert names == ["mine", "my_news", "smacross", "rsi2", "a1_b"]
    assert (Own.name, Heir.name) == ("other", "heir")


def test_what_a_strategy_needs_and_whether_it_is_async() -> None:
    """Read from its hooks."""

    class Later(Strategy):
        async def on_news(self, news: object) -> None:
            """Wait."""

    assert needs_of(News) == {TickKind.PRICE, TickKind.NEWS}
    assert needs_of(Crossover) == {TickKind.PRICE}
    assert is_async(Later)
    assert not is_async(News)
