"""Recorded sessions, for notebooks and programs.

from tradestack import report

session = report.open("/tmp/stack")
session.orders(), session.fills(), session.equity()
"""

from tradestack.report.notebook import open  # noqa: A004 (it is called report.open)

__all__ = ["open"]
