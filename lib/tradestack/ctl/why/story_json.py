"""The trace of an order → one JSON object; numbers are decimal texts, times ns since the epoch."""

from collections import Counter
from dataclasses import asdict
from typing import Any

import msgspec

from tradestack.ctl.why.fills import ExplainedFill, explained_fills
from tradestack.ctl.why.order_trace import Event, OrderTrace
from tradestack.ctl.why.story import MISSES_SHOWN_MAX
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.tick import Tick
from tradestack.domain.trade import Trade
from tradestack.trading.execution.miss import Miss
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.orders import encode_message, order_to_message
from tradestack.wire.reports import execution_to_message
from tradestack.wire.requests import request_to_message


def story_object(trace: OrderTrace) -> dict[str, Any]:
    """Return the object that --json prints."""
    record = trace.record
    missed = [(seen.trade, seen.miss) for seen in trace.seen if seen.miss is not None]
    fills = [] if trace.model is None else map(_fill, explained_fills(trace))
    return {
        "order_id": trace.order_id,
        "user": record.user,
        "status": str(trace.status),
        "is_over": trace.is_over,
        "journal": str(trace.journal),
        "line": trace.line,
        "received_ns": record.time_ns,
        "order": msgspec.to_builtins(order_to_message(record.order)),
        "feed_session": record.feed_session,
        "cause": None if trace.cause is None else tick_object(trace.cause),
        "cause_sequence": record.cause,
        "arrival_ns": record.arrival_ns,
        "verdict": msgspec.to_builtins(execution_to_message(record.report)),
        "checks": list(map(asdict, trace.checks.asked)),
        "are_all_checks": trace.checks.is_all,
        "fills": list(fills),
        "missed": [_missed(trade, miss) for trade, miss in missed[:MISSES_SHOWN_MAX]],
        "missed_counts": dict(Counter(_name(miss) for _, miss in missed)),
        "events": [_event(event) for event in trace.events],
        "through": trace.through,
        "lost": trace.lost,
    }


def tick_object(tick: Tick) -> dict[str, Any]:
    """Return a message of the feed for --json."""
    return {
        "sequence": tick.sequence,
        "kind": tick.kind.name.lower(),
        "symbol": tick.symbol,
        "value": format_fixed(tick.value),
        "event_time_ns": tick.event_time_ns,
        "publish_time_ns": tick.publish_time_ns,
    }


def _trade(trade: Trade) -> dict[str, Any]:
    return {
        "sequence": trade.sequence,
        "event_time_ns": trade.event_time_ns,
        "price": format_fixed(trade.price),
        "size": format_fixed(trade.size) if trade.size else None,
    }


def _fill(fill: ExplainedFill) -> dict[str, Any]:
    return {
        "quantity": format_fixed(fill.quantity),
        "price": format_fixed(fill.price),
        "trade": _trade(fill.trade),
        "share_bp": fill.share_bp,
        "slippage": format_fixed(fill.slippage),
        "fee": format_fixed(fill.report.commission or 0),
    }


def _missed(trade: Trade, miss: Miss) -> dict[str, Any]:
    return {"trade": _trade(trade), "reason": _name(miss)}


def _name(miss: Miss) -> str:
    return miss.name.lower().replace("_", "-")


def _event(event: Event) -> dict[str, Any]:
    if isinstance(event, ExecutionRecord):
        return {"report": msgspec.json.decode(encode_message(event.report))}
    return {
        "request": msgspec.to_builtins(request_to_message(event.request)),
        "cause": event.cause,
        "arrival_ns": event.arrival_ns,
    }
