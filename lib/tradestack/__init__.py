"""The library of the tradestack daemons and of tradestackctl."""
