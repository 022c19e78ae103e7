"""What can be exported of a recorded session, and in which forms."""

import enum


class ExportedTable(enum.StrEnum):
    """The tables."""

    TICKS = "ticks"
    NEWS = "news"
    ORDERS = "orders"
    FILLS = "fills"
    EQUITY = "equity"


class Format(enum.StrEnum):
    """The forms of files; the value is also how their names end."""

    PARQUET = "parquet"
    ARROW = "arrow"
    CSV = "csv"
