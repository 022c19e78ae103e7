"""A strategy in a file, as a user writes one, and what such a file may do when it is imported."""

from pathlib import Path

SOURCE = """\
from tradestack.strategies import PriceTick, Strategy, decimal, whole_number


class Mine(Strategy):
    step: int = decimal("0.5", minimum="0.01", maximum="100", doc="From one order to the next.")
    length: int = whole_number(
        20, minimum=1, maximum=1000, doc="Prices in the average."
    )

    def on_start(self) -> None:
        self.marks: dict[str, int] = {}
        self.orders = 0

    def on_tick(self, tick: PriceTick) -> None:
        mark = self.marks.setdefault(tick.symbol, tick.price)
        if abs(tick.price - mark) >= self.step:
            (self.buy if tick.price > mark else self.sell)(tick.symbol)
            self.marks[tick.symbol] = tick.price
"""

# What a file does, and it can trade all the same.
AT_IMPORT = {
    "pandas": "import pandas\nassert pandas.Series([1, 2]).sum() == 3\n",
    "megabyte": "print('x' * 1_000_000)\nprint('y\\n' * 10_000)\n",
    "no end of a line": "import sys\nsys.stdout.write('loaded')\n",
    "at the end": "import atexit\natexit.register(print, 'ended')\n",
    "directory": "import os\nos.chdir('/')\n",
    "locale": "import locale\nlocale.setlocale(locale.LC_ALL, 'C.UTF-8')\n",
    "decimal": "import decimal\ndecimal.getcontext().prec = 2\n",
    "logging": (
        "import logging\nlogging.basicConfig(level=logging.CRITICAL, force=True)\n"
        "logging.disable(logging.CRITICAL)\n"
    ),
    "log config": "import logging.config\nlogging.config.dictConfig({'version': 1})\n",
    "signals": (
        "import signal\n"
        "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):\n"
        "    signal.signal(number, signal.SIG_IGN)\n"
    ),
    "thread": "import threading\nthreading.Thread(target=threading.Event().wait).start()\n",
    "subprocess": "import subprocess\nsubprocess.Popen(['sleep', '54321.5'])\n",
    "umask": "import os\nos.umask(0o777)\n",
    "recursion": "import sys\nsys.setrecursionlimit(200)\n",
}

# Text of a file that cannot be imported → what is said about it.
UNFIT = {
    "module": ("import no_such_module\n", "line 1: ModuleNotFoundError: No module named"),
    "end": ("print('x' * 1_000_000)\nimport os\nos._exit(5)\n", "status 5"),
    "exit": ("raise SystemExit\n", "line 1: SystemExit"),
}


def write_prices(path: Path) -> None:
    """Write prices on which `SOURCE` trades."""
    rows = [f"{1_767_225_600_000 + row},SPY,{100 + row % 3},100\n" for row in range(300)]
    path.write_text("timestamp,symbol,price,size\n" + "".join(rows))
