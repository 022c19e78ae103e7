"""Strategies: the base class, and the parts that a user's strategy needs.

    from tradestack.strategies import PriceTick, Strategy, whole_number

strategy.py has the hooks and requests, parameter.py the parameters, timers.py the timers,
indicators the averages, extremes and bars; news.py, crossover.py, news_crossover.py and maker.py
are examples.
"""

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.domain.fixed_point import parse_fixed as fixed
from tradestack.domain.order import ExecType, OrdStatus, Side, TimeInForce
from tradestack.domain.tick import Aggressor
from tradestack.strategies.desk import OwnOrder
from tradestack.strategies.messages import NewsItem, PriceTick, TickColumns
from tradestack.strategies.parameter import decimal, whole_number
from tradestack.strategies.strategy import Strategy
from tradestack.strategies.timers import at, every

__all__ = [
    "Aggressor",
    "ExecType",
    "ExecutionReport",
    "NewsItem",
    "OrdStatus",
    "OrderCancelReject",
    "OrderMassCancelReport",
    "OwnOrder",
    "PriceTick",
    "Report",
    "Side",
    "Strategy",
    "TickColumns",
    "TimeInForce",
    "at",
    "decimal",
    "every",
    "fixed",
    "whole_number",
]
