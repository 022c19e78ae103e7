"""The names of orders."""

import pytest

from tradestack.domain.order import Side
from tradestack.strategies.signal import Intent
from tradestack.trading.epoch import (
    INSTANCE_LENGTH_MAX,
    INTENTS_PER_MESSAGE_MAX,
    Epoch,
    config_hash,
)
from tradestack.wire.order_texts import is_cl_ord_id

BASE = {
    "signal_name": "news",
    "signal_version": 1,
    "parameters": {"buy_above": "60", "sell_below": "40"},
    "symbols": ["SPY", "IBM"],
    "quantity": "10",
}


def intent(sequence: int, index: int = 0) -> Intent:
    """An intent of that message."""
    return Intent(sequence=sequence, index=index, symbol="SPY", side=Side.BUY, value=0, time_ns=0)


@pytest.mark.parametrize(
    "edit",
    [
        {"signal_name": "other"},
        {"signal_version": 2},
        {"parameters": {"buy_above": "61", "sell_below": "40"}},
        {"symbols": ["SPY"]},
        {"quantity": "11"},
    ],
)
def test_every_decisive_value_changes_the_hash(edit):
    """An edited config names its orders otherwise."""
    assert config_hash(**{**BASE, **edit}) != config_hash(**BASE)


def test_order_of_symbols_and_parameters_does_not_change_the_hash():
    """The same config written in another order is the same config."""
    same = {
        **BASE,
        "symbols": ["IBM", "SPY"],
        "parameters": dict(reversed(BASE["parameters"].items())),
    }

    assert config_hash(**same) == config_hash(**BASE)


def test_the_hash_of_the_shipped_config_stays_what_it_was():
    """A change of the hash's recipe would make every running strategy trade anew."""
    shipped = {**BASE, "symbols": []}

    assert config_hash(**shipped) == "265c9a6a1fa2"


def test_orders_are_named_after_their_message():
    """The parts of a ClOrdID, in their order."""
    epoch = Epoch(instance="news", config_hash="0123456789ab", feed_session="0ABCDEFGHI")

    assert epoch.client_order_id(intent(812)) == "news-0123456789ab-0ABCDEFGHI-812-0"


def test_the_longest_name_fits_the_wire():
    """Every part at its longest is still a ClOrdID."""
    epoch = Epoch(instance="x" * INSTANCE_LENGTH_MAX, config_hash="f" * 12, feed_session="Z" * 10)

    name = epoch.client_order_id(intent(2**53, INTENTS_PER_MESSAGE_MAX))

    assert is_cl_ord_id(name)


def test_an_epoch_knows_its_orders():
    """Other instances, configs and sessions are others' orders."""
    epoch = Epoch(instance="news", config_hash="0123456789ab", feed_session="0ABCDEFGHI")

    assert epoch.names("news-0123456789ab-0ABCDEFGHI-812-0")
    assert not epoch.names("news-0123456789ab-0ABCDEFGHJ-812-0")
    assert not epoch.names("news-0123456789ac-0ABCDEFGHI-812-0")
    assert not epoch.names("old-news-0123456789ab-0ABCDEFGHI-812-0")
