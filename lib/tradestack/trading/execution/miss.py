"""Why an order got nothing of a trade in its symbol."""

import enum


class Miss(enum.Enum):
    """A reason; the value says it to people."""

    BEFORE_ARRIVAL = "before the order arrived"
    PAST_WINDOW = "past the window of the order"
    NO_SHARE = "of its size the account has no share"
    SHARE_USED = "earlier orders of the account used up its share"
    LIMIT_NOT_REACHED = "the limit was not reached"
    ONLY_AT_LIMIT = "at the limit, and only a trade past it fills"
    QUEUE_AHEAD = "went to the quantity ahead in the queue"
    NOT_ALL = "not enough for all of the order, which is FOK; it counts on it"
