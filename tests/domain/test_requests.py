"""Which requests are the same: by what they ask for."""

from itertools import combinations

import msgspec
import pytest

from tradestack.domain.order import MassCancelRequestType
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
    is_same_request,
)

CANCEL = OrderCancelRequest(cl_ord_id="c", orig_cl_ord_id="x")
REPLACE = OrderCancelReplaceRequest(cl_ord_id="c", orig_cl_ord_id="x", quantity=1, price=2)
MASS_CANCEL = OrderMassCancelRequest(
    cl_ord_id="c", request_type=MassCancelRequestType.SYMBOL, symbol="SPY"
)
DIFFERENT: list[Request] = [
    CANCEL,
    OrderCancelRequest(cl_ord_id="d", orig_cl_ord_id="x"),
    OrderCancelRequest(cl_ord_id="c", orig_cl_ord_id="y"),
    REPLACE,
    OrderCancelReplaceRequest(cl_ord_id="d", orig_cl_ord_id="x", quantity=1, price=2),
    OrderCancelReplaceRequest(cl_ord_id="c", orig_cl_ord_id="y", quantity=1, price=2),
    OrderCancelReplaceRequest(cl_ord_id="c", orig_cl_ord_id="x", quantity=3, price=2),
    OrderCancelReplaceRequest(cl_ord_id="c", orig_cl_ord_id="x", quantity=1, price=3),
    OrderCancelReplaceRequest(cl_ord_id="c", orig_cl_ord_id="x", quantity=1),
    MASS_CANCEL,
    OrderMassCancelRequest(cl_ord_id="d", request_type=MassCancelRequestType.SYMBOL, symbol="SPY"),
    OrderMassCancelRequest(cl_ord_id="c", request_type=MassCancelRequestType.SYMBOL, symbol="IBM"),
    OrderMassCancelRequest(cl_ord_id="c", request_type=MassCancelRequestType.ALL),
]


@pytest.mark.parametrize("request_", [CANCEL, REPLACE, MASS_CANCEL])
def test_annotations_are_not_compared(request_: Request) -> None:
    """A request that is sent again later, after another message, is the same."""
    again = msgspec.structs.replace(
        request_, transact_time_ns=7, feed_session="0ABCDE1234", feed_seq=8
    )

    assert is_same_request(request_, again)
    assert is_same_request(again, request_)


def test_requests_that_ask_for_something_else_differ() -> None:
    """Each field, and the kind of request, makes a difference."""
    assert not any(is_same_request(one, other) for one, other in combinations(DIFFERENT, 2))
