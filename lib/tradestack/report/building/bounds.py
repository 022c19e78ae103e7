"""Bounds on the long parts of a report: its page is to stay below 1 MB."""

POINTS_MAX = 1_000  # of a curve or a chart
CURVES_MAX = 6  # accounts that have one
CHARTS_MAX = 6  # symbols that have one
MARKS_MAX = 300  # of each kind in a chart
ORDERS_MAX = 500  # that are listed
TRIPS_MAX = 500
SYMBOLS_MAX = 100
GROUPS_MAX = 60  # of execution quality
COUNTS_MAX = 100  # of orders by user or symbol
CHANGES_MAX = 100  # of the trading state
