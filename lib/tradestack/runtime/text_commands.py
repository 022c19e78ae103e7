"""The lines of text that a control socket answers, for shells: `printf 'stats\\n' | nc -U -N …`."""

from collections.abc import Callable, Mapping

from tradestack.observe.exposition import Format, expose
from tradestack.observe.flat_text import flat_text
from tradestack.runtime.overview import Overview

HELP = """\
stats     counters and values, one a line
metrics   the same in the names and units of Prometheus, in its text format
help      this text
Everything else is Varlink: see tradestackctl --help, or varlinkctl introspect SOCKET.
"""


def text_commands(overview: Overview) -> Mapping[str, Callable[[], str]]:
    """Return the answer to each command."""
    return {
        "stats": lambda: flat_text(overview.stats()),
        "metrics": lambda: expose(overview.families(), Format.TEXT),
        "help": lambda: HELP,
    }
