"""Timers in feed time: when one is called, and before which message."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.batches import batch_of, cut
from tests.kit.strategies import configured, in_step_intents_of, intents_of
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.strategies import PriceTick, Strategy, at, every
from tradestack.strategies.timers import Timers, timers_of
from tradestack.wire.feed import FEW_PACKETS, TickBatch

NEW_YORK = "America/New_York"
Declare = Callable[[Callable[[object], None]], Callable[[object], None]]


def calls(times: Sequence[int], **timers: Declare) -> list[tuple[int, str]]:
    """The timers that are called at messages of these times, each with the time of its message."""
    called: list[str] = []

    def hook(name: str) -> Callable[[object], None]:
        return lambda _: called.append(name)

    made = type("Made", (), {name: declare(hook(name)) for name, declare in timers.items()})
    found, when = Timers(made()), []
    for time_ns in times:
        for each in found.due(time_ns):
            each()
            when.append((time_ns, called.pop()))
    return when


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        ([5, 9], []),
        ([5, 9, 10], [10]),
        ([5, 9, 11], [11]),
        ([10], [10]),
        ([0, 1], [0]),
        ([9, 10, 10, 11], [10]),
        ([5, 25, 29, 30], [25, 30]),
        ([5, 60, 61, 70], [60, 70]),
        ([5, 60, 69, 79], [60, 79]),
        ([-25, -21, -20, -11, -10, -1, 0], [-20, -10, 0]),
        ([-25, 12], [12]),
    ],
)
def test_a_period_is_called_at_the_first_message_at_or_after_its_multiples(
    times: list[int], expected: list[int]
) -> None:
    """Several that were missed are one call; time before 1970 counts as well."""
    assert [when for when, _ in calls(times, ten=every("10ns"))] == expected


def test_what_is_due_first_is_called_first_and_names_order_the_rest() -> None:
    """Also if a message is late for all of them."""
    timers = {"b_two": every("2ns"), "a_three": every("3ns"), "c_five": every("5ns")}

    assert calls([1, 2, 3, 30, 35], **timers) == [
        (2, "b_two"),
        (3, "a_three"),
        # Due at 4, 5 and 6.
        (30, "b_two"),
        (30, "c_five"),
        (30, "a_three"),
        # Due at 32, 33 and 35.
        (35, "b_two"),
        (35, "a_three"),
        (35, "c_five"),
    ]
    assert calls([6], **timers) == [(6, "a_three"), (6, "b_two")]


def utc(text: str) -> int:
    """A time of UTC as nanoseconds."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(moment.timestamp()) * NANOSECONDS_PER_SECOND


def at_times(declare: Declare, *texts: str) -> list[str]:
    """The messages, by their time of UTC, at which a timer is called."""
    texts_by_time = {utc(text): text for text in texts}
    return [texts_by_time[when] for when, _ in calls(sorted(texts_by_time), timer=declare)]


def test_a_time_of_day_is_that_of_each_day() -> None:
    """Without a zone it is UTC's; days without a message are passed over."""
    assert at_times(
        at("15:55"),
        "2024-01-01 15:54:59",
        "2024-01-01 15:55:00",
        "2024-01-01 23:59:59",
        "2024-01-02 15:54:59",
        "2024-01-02 15:55:01",
        "2024-01-05 08:00:00",
        "2024-01-05 15:00:00",
        "2024-01-05 16:00:00",
    ) == [
        "2024-01-01 15:55:00",
        "2024-01-02 15:55:01",
        "2024-01-05 08:00:00",
        "2024-01-05 16:00:00",
    ]


def test_the_nanosecond_before_is_before() -> None:
    """The first message after the moment is called for, however little it is behind."""
    moment = utc("2024-01-01 15:55:00")
    times = [moment - 1, moment + 1]

    assert calls(times, close=at("15:55")) == [(moment + 1, "close")]


@pytest.mark.parametrize("midnight", ["00:00", "00:00:00"])
def test_midnight_is_the_beginning_of_the_day(midnight: str) -> None:
    """A session that begins at midnight begins with a call."""
    times = ["2024-02-28 23:59:59", "2024-02-29 00:00:00", "2024-03-01 00:00:00"]

    assert at_times(at(midnight), *times) == times[1:]


def test_before_1970_there_are_days_as_well() -> None:
    """Times are below 0."""
    times = ["1969-12-30 12:00:00", "1969-12-30 16:00:00", "1970-01-01 15:55:00"]

    assert at_times(at("15:55"), *times) == times[1:]


def test_the_close_of_new_york_moves_with_its_clocks() -> None:
    """On 10 March 2024 they are put forward, on 3 November back."""
    for day, time_of_day in (("03-09", "20"), ("03-10", "19"), ("11-02", "19"), ("11-03", "20")):
        times = [f"2024-{day} {time_of_day}:{rest}" for rest in ("00:00", "54:59", "55:00")]
        called = at_times(at("15:55", zone=NEW_YORK), *times)

        assert called == times[2:]


def test_a_time_that_the_clocks_skip_is_an_hour_later_that_day() -> None:
    """02:30 does not exist on 10 March 2024: 03:30 of summer time is 07:30 of UTC."""
    assert at_times(
        at("02:30", zone=NEW_YORK),
        "2024-03-10 06:30:00",
        "2024-03-10 07:29:59",
        "2024-03-10 07:30:00",
        "2024-03-11 06:29:59",
        "2024-03-11 06:30:00",
    ) == ["2024-03-10 07:30:00", "2024-03-11 06:30:00"]


def test_a_time_that_comes_twice_is_called_for_once() -> None:
    """01:30 on 3 November 2024 is 05:30 and 06:30 of UTC."""
    assert at_times(
        at("01:30", zone=NEW_YORK),
        "2024-11-03 05:29:59",
        "2024-11-03 05:30:00",
        "2024-11-03 06:30:00",
        "2024-11-04 06:30:00",
    ) == ["2024-11-03 05:30:00", "2024-11-04 06:30:00"]


@pytest.mark.parametrize(
    ("period", "complaint"),
    [
        ("1", "period '1' has no unit; allowed is a time with its unit"),
        ("0", "period '0' is nothing; allowed is a time with its unit"),
        ("0s", "period '0s' is nothing"),
        ("-1s", "period '-1s' is not a number with a unit"),
        ("1 minute", "period '1 minute' has an unknown unit 'minute'"),
        ("0.5ns", "period '0.5ns' is finer than the smallest unit"),
        ("", "period '' is not a number with a unit"),
    ],
)
def test_a_wrong_period_is_refused(period: str, complaint: str) -> None:
    """When the class is made, so with its line."""
    with pytest.raises(ValueError, match=f"^{complaint}"):
        every(period)


@pytest.mark.parametrize(
    ("time_of_day", "zone", "complaint"),
    [
        ("noon", "UTC", "'noon' is not a time of day, such as"),
        ("25:00", "UTC", "'25:00' is not a time of day, such as"),
        ("15:55:00.5", "UTC", "'15:55:00.5' is not a time of day in whole seconds"),
        ("15:55+01:00", "UTC", r"'15:55\+01:00' is not a time of day in whole seconds"),
        ("15:55", "Mars/Olympus", "'Mars/Olympus' is not a time zone, such as"),
        ("15:55", "America", "'America' is not a time zone, such as"),
        ("15:55", "", "'' is not a time zone, such as"),
        ("15:55", "../UTC", "'../UTC' is not a time zone, such as"),
    ],
)
def test_a_wrong_time_of_day_is_refused(time_of_day: str, zone: str, complaint: str) -> None:
    """It says whether the time or the zone is wrong."""
    with pytest.raises(ValueError, match=f"^{complaint}"):
        at(time_of_day, zone=zone)


class Watch(Strategy):
    """Orders at each call; the value says of which hook."""

    @every("3ns")
    def each_three(self) -> None:
        """Order."""
        self.buy("SPY", value=3)

    @every("7ns")
    def each_seven(self) -> None:
        """Order."""
        self.buy("SPY", value=7)

    def on_tick(self, tick: PriceTick) -> None:
        """Order."""
        self.buy(tick.symbol, value=1)


class Heir(Watch):
    """Has one of the timers no more, and no hook."""

    each_seven = None  # type: ignore[assignment]


def test_timers_are_inherited() -> None:
    """One that is put out of use is none."""
    assert list(timers_of(Watch)) == ["each_seven", "each_three"]
    assert list(timers_of(Heir)) == ["each_three"]


def naive_calls(times: Sequence[int], symbols: str) -> list[tuple[int, int]]:
    """(message, value) of each order of Watch, counted in whole periods."""
    found = []
    for sequence, (time_ns, symbol) in enumerate(zip(times, symbols, strict=True), start=1):
        before = times[sequence - 2] if sequence > 1 else time_ns - 1
        due = [(before // period * period + period, period) for period in (3, 7)]
        # The names of both begin alike: "each_seven" is before "each_three".
        for moment, period in sorted(due, key=lambda each: (each[0], -each[1])):
            if moment <= time_ns:
                found.append((sequence, period))
        if symbol == "S":
            found.append((sequence, 1))
    return found


pauses_ns = st.sampled_from([0, 0, 1, 2, 3, 5, 20])


@given(
    pauses=st.lists(pauses_ns, min_size=1, max_size=9)
    | st.lists(pauses_ns, min_size=FEW_PACKETS, max_size=100),
    start=st.integers(-40, 40),
    symbols=st.data(),
    cuts=st.lists(st.integers(1, 99), max_size=8),
)
def test_cutting_the_feed_makes_no_difference_to_timers(
    pauses: list[int], start: int, symbols: st.DataObject, cuts: list[int]
) -> None:
    """Whole or cut, by the batch or message by message, the same calls come before the same."""
    count = len(pauses)
    names = symbols.draw(st.text("SI", min_size=count, max_size=count))
    times = [start + sum(pauses[: place + 1]) for place in range(count)]
    batch = batch_of([("P", {"S": "SPY", "I": "IBM"}[name], "1") for name in names])
    batch.records["event_time_ns"] = times
    strategy = configured(Watch, symbols=["SPY"])

    def made(by: Callable[..., Sequence[object]], batches: Sequence[TickBatch]) -> object:
        return by(strategy, *batches)

    whole = intents_of(strategy, batch)

    assert [(each.sequence, each.value) for each in whole] == naive_calls(times, names)
    assert made(intents_of, cut(batch, cuts)) == whole
    assert made(intents_of, cut(batch, range(count))) == whole
    assert made(in_step_intents_of, [batch]) == whole
    assert made(in_step_intents_of, cut(batch, cuts)) == whole
