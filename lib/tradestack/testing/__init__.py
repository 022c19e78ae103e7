"""What tests of a strategy need.

from tradestack.testing import assert_no_lookahead, random_ticks

def test_it_does_not_look_ahead():
    assert_no_lookahead("/etc/tradestack/strategies/mine.py", random_ticks())
"""

from tradestack.testing.lookahead import LookaheadFound, assert_no_lookahead
from tradestack.testing.random_ticks import random_ticks

__all__ = ["LookaheadFound", "assert_no_lookahead", "random_ticks"]
