"""The columns of each table of a recorded session, with their meaning."""

from collections.abc import Mapping

from tradestack.domain.order import OrdRejReason, OrdStatus, OrdType, Side, TimeInForce
from tradestack.domain.tick import Aggressor, TickKind
from tradestack.report.columns.table import Kind, Kinds, Texts

TICKS: Kinds = {
    "feed_seq": Kind.COUNT,  # number of the message in its session, from 1
    "event_time": Kind.TIME,  # by the source
    "publish_time": Kind.TIME,  # wall clock, when the gateway appended it
    "kind": Kind.CODE,  # PRICE, NEWS
    "symbol": Kind.CODE,
    "value": Kind.FIXED,  # price, or sentiment 0 to 100
    "size": Kind.FIXED,  # 0 where there is none
    "aggressor": Kind.CODE,  # BUYER, SELLER, UNKNOWN
}
NEWS: Kinds = {
    "feed_seq": Kind.COUNT,
    "event_time": Kind.TIME,
    "publish_time": Kind.TIME,
    "symbol": Kind.CODE,
    "sentiment": Kind.FIXED,
}
# A row for each order that parsed, by OrderID, which ascends.
ORDERS: Kinds = {
    "order_id": Kind.COUNT,
    "cl_ord_id": Kind.TEXT,  # as it was sent; a replace gives another one
    "user": Kind.CODE,
    "signal_name": Kind.CODE,  # the strategy's, as are the next two
    "signal_label": Kind.CODE,
    "signal_value": Kind.FIXED,
    "symbol": Kind.CODE,
    "side": Kind.CODE,
    "ord_type": Kind.CODE,
    "time_in_force": Kind.CODE,
    "quantity": Kind.FIXED,  # as it was sent
    "price": Kind.FIXED,  # limit; MISSING of a MARKET order
    "feed_seq": Kind.COUNT,  # the message that caused it, by the order manager; 0: none
    "event_time": Kind.TIME,  # of that message, as is the next one
    "publish_time": Kind.TIME,
    "feed_price": Kind.FIXED,  # the symbol's last price up to that message, as the client says
    "reference_price": Kind.FIXED,  # the live price when it was sent
    "reference_price_age": Kind.COUNT,  # ns
    "sent_time": Kind.TIME,  # wall clock, by the client
    "received_time": Kind.TIME,  # wall clock, by the order manager: also of the verdict
    "arrival_time": Kind.TIME,  # feed time from which it could meet a trade; MISSING: not executed
    "verdict": Kind.CODE,  # OrdStatus of the first report; of a duplicate REJECTED
    "status": Kind.CODE,  # OrdStatus of the newest report; of a duplicate REJECTED
    "reject_reason": Kind.CODE,
    "text": Kind.TEXT,  # why it was rejected, or of the newest report that has one
    "final_quantity": Kind.FIXED,  # after all replaces, as is the next one
    "final_price": Kind.FIXED,
    "cum_quantity": Kind.FIXED,  # filled
    "average_price": Kind.FIXED,  # of the fills; MISSING without any
    "fills": Kind.COUNT,
    "fees": Kind.FIXED,
    "report_time": Kind.TIME,  # wall clock, when the newest report was journalled
    "report_feed_seq": Kind.COUNT,  # the message that made the newest report; 0: none
}
# A row for each fill, in the order of the journals.
FILLS: Kinds = {
    "event_time": Kind.TIME,  # of the trade that filled it; MISSING if the feed log lacks it
    "feed_seq": Kind.COUNT,  # of that trade
    "order_id": Kind.COUNT,
    "order_row": Kind.COUNT,  # the row of the order in `orders`, from 0; MISSING if it has none
    "exec_id": Kind.TEXT,
    "user": Kind.CODE,
    "symbol": Kind.CODE,
    "side": Kind.CODE,
    "quantity": Kind.FIXED,
    "price": Kind.FIXED,
    "fee": Kind.FIXED,
    "report_time": Kind.TIME,  # wall clock, when it was journalled
    "visible_time": Kind.TIME,  # feed time from which the strategy is shown it
}
# Of each user, and at the end of all together (user NO_CODE), after messages of the feed.
EQUITY: Kinds = {
    "user": Kind.CODE,
    "feed_seq": Kind.COUNT,
    "event_time": Kind.TIME,
    "equity": Kind.FIXED,  # cash and market value
    "cash": Kind.FIXED,
    "market_value": Kind.FIXED,  # of all positions, short ones below 0: net exposure
    "gross_exposure": Kind.FIXED,  # of all positions, each without its sign
    "peak_equity": Kind.FIXED,  # after any message until then, not only those that have a row
    "drawdown": Kind.FIXED,  # peak − equity
    "drawdown_max": Kind.FIXED,
    "realized_pnl": Kind.FIXED,  # before fees, as is the next one
    "unrealized_pnl": Kind.FIXED,
    "fees": Kind.FIXED,
}
# Of each user and symbol that was traded or taken over, at the end of the feed log.
POSITIONS: Kinds = {
    "user": Kind.CODE,
    "symbol": Kind.CODE,
    "quantity": Kind.FIXED,  # below 0 of a short position
    "average_price": Kind.FIXED,  # MISSING if it is flat
    "mark": Kind.FIXED,  # the last trade; of a closed position that which closed it
    "realized_pnl": Kind.FIXED,
    "unrealized_pnl": Kind.FIXED,
    "fees": Kind.FIXED,
    "opened_quantity": Kind.FIXED,  # what was taken over from an earlier feed session
}

# Codes of these are the same in every session.
WORDS: Mapping[str, Texts] = {
    "kind": tuple(each.name for each in TickKind),
    "aggressor": tuple(each.name for each in Aggressor),
    "side": tuple(each.value for each in Side),
    "ord_type": tuple(each.value for each in OrdType),
    "time_in_force": tuple(each.value for each in TimeInForce),
    "verdict": tuple(each.value for each in OrdStatus),
    "status": tuple(each.value for each in OrdStatus),
    "reject_reason": tuple(each.value for each in OrdRejReason),
}
