"""The stack in the foreground: `tradestackctl up`."""
