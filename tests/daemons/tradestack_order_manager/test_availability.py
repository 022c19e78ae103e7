"""Two causes for which no order can be journalled, each of which comes and goes by itself."""

import errno

import pytest

from tests.daemons.tradestack_order_manager.samples import SESSION
from tradestack_order_manager.availability import Availability

FAILED = OSError(errno.EIO, "Input/output error")


def test_orders_can_be_journalled_until_a_fault_is_noted() -> None:
    """Nothing is wrong at the beginning."""
    availability = Availability()

    availability.check()
    assert availability.fault is None


def test_a_write_that_failed_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """A failed write is logged once, and its fault ends with the first write that succeeds."""
    caplog.set_level("INFO")
    availability = Availability()

    for _ in range(3):
        availability.note_failed(FAILED, SESSION)
    availability.check()
    fault = availability.fault
    for _ in range(3):
        availability.note_written(SESSION)

    assert (fault, availability.fault) == ("Input/output error", None)
    assert [record.message.partition(" session=")[0] for record in caplog.records] == [
        "order journal unavailable, no order is acknowledged",
        "order journal available again",
    ]


def test_nothing_is_written_while_space_is_short() -> None:
    """An order refused for lack of space does not count as a failed write."""
    availability = Availability()
    availability.note_space("1 MiB free", SESSION)

    with pytest.raises(OSError, match="1 MiB free") as refused:
        availability.check()
    availability.note_failed(refused.value, SESSION)
    assert availability.fault == "1 MiB free"
    availability.note_space(None, SESSION)

    availability.check()
    assert availability.fault is None


def test_it_is_over_when_both_causes_are(caplog: pytest.LogCaptureFixture) -> None:
    """Whichever cause ends first, one line is logged at the beginning and one at the end."""
    caplog.set_level("INFO")
    availability = Availability()
    availability.note_failed(FAILED, SESSION)
    availability.note_space("1 MiB free", SESSION)
    availability.note_space("2 MiB free", SESSION)

    availability.note_space(None, SESSION)
    fault = availability.fault
    availability.note_written(SESSION)

    assert (fault, availability.fault) == ("Input/output error", None)
    assert len(caplog.records) == 2
