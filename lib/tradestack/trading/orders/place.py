"""Where a request stands in feed time."""

from typing import NamedTuple


class Place(NamedTuple):
    """The feed message that a request was sent for, and when it meets the market.

    cause_index: place among the account's requests with this cause, from 0. arrival_ns: feed time;
    it can meet a message later than its cause whose event time is not before that. time_ns: event
    time of the cause.
    """

    cause: int
    cause_index: int
    arrival_ns: int
    time_ns: int
