"""The walks of CONTRIBUTING.md: which files a tick and an order cross, measured in real daemons."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RECORDER = ROOT / "tests" / "kit" / "walk"
COMMANDS = {
    "tradestackctl": "tradestack.ctl.__main__",
    "tradestack-gateway": "tradestack_gateway.__main__",
    "tradestack-order-manager": "tradestack_order_manager.__main__",
    "tradestack-strategy": "tradestack_strategy.__main__",
}
DEADLINE_S = 120.0

# Not counted: what these files hold is a value, a clock or a counter, and no step of the way.
VALUES = re.compile(
    r"lib/tradestack/domain/.*"
    r"|lib/tradestack/net/allowance\.py"
    r"|lib/tradestack/observe/.*"
    r"|lib/tradestack/runtime/(clock|process/fail_points)\.py"
    r"|lib/tradestack/sources/source\.py"
    r"|lib/tradestack/strategies/strategy\.py"
    r"|lib/tradestack/store/feed_checksums\.py"
    r"|lib/tradestack/trading/(rules|account/history|desk/(counters|request_values)|judging/(decisions|registers))\.py"
    r"|lib/tradestack/trading/risk/(limits|reading|situation|trading_state)\.py"
    r"|lib/tradestack/wire/(order_texts|order_messages|close_reason)\.py"
    r"|daemons/.*/(latencies|order_statistics|publication_times)\.py"
)
# For each heading in CONTRIBUTING.md: a file that only this walk crosses, and its length at most.
WALKS = {
    "A tick": ("daemons/tradestack_gateway/publisher.py", 10),
    "An order": ("lib/tradestack/trading/judging/judge.py", 26),
    "A decision": ("daemons/tradestack_strategy/orders/order_entry.py", 19),
}

SYMBOLS = ("AAA", "BBB")
ROWS = 200
NEWS_EVERY = 5  # rows; each turns the side of a symbol and makes the strategy send an order


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Counter[tuple[str, ...]]:
    """The walks of a stack that publishes a small file to its end, and how often each was seen."""
    directory = tmp_path_factory.mktemp("walks")
    times = [f"2026-01-05T14:{second // 60:02d}:{second % 60:02d}Z" for second in range(ROWS)]
    prices = [f"{time},{SYMBOLS[row % 2]},100.25,10" for row, time in enumerate(times)]
    news = [
        f"{time},{SYMBOLS[item % 2]},{10 if item // 2 % 2 else 90}"
        for item, time in enumerate(times[NEWS_EVERY::NEWS_EVERY])
    ]
    (directory / "prices.csv").write_text("\n".join(["timestamp,symbol,price,size", *prices, ""]))
    (directory / "news.csv").write_text("\n".join(["timestamp,symbol,sentiment", *news, ""]))
    walks = directory / "walks"
    walks.mkdir()
    files = ("--prices", directory / "prices.csv", "--sentiment", directory / "news.csv")
    programs = _make_environment(directory / "environment")
    finished = subprocess.run(
        [
            programs / "tradestackctl",
            "up",
            *map(str, files),
            "--pace",
            "100/s",
            "--until-end",
            "--json",
            "--set",
            'order-manager.execution={model = "none"}',
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env={**os.environ, "PYTHONPATH": str(RECORDER), "WALKS_DIRECTORY": str(walks)},
    )
    assert finished.returncode == 0, finished.stderr
    counts: Counter[tuple[str, ...]] = Counter()
    for path in walks.iterdir():
        counts.update({tuple(walk): count for walk, count in json.loads(path.read_text())})
    return counts


def _make_environment(directory: Path) -> Path:
    """Make one like that of the tests, whose commands take PYTHONPATH; return their directory.

    The commands that are installed ignore it.
    """
    programs = directory / "bin"
    programs.mkdir(parents=True)
    (directory / "lib").symlink_to(Path(sys.prefix) / "lib")
    shutil.copy(Path(sys.prefix) / "pyvenv.cfg", directory)
    python = programs / "python"
    python.symlink_to(Path(sys.executable).resolve())
    for name, module in COMMANDS.items():
        (programs / name).write_text(f"#!{python}\nfrom {module} import main\nmain()\n")
        (programs / name).chmod(0o755)
    return programs


@pytest.mark.parametrize("heading", WALKS)
def test_walk_is_as_described_and_short(heading: str, recorded: Counter[tuple[str, ...]]) -> None:
    """CONTRIBUTING.md lists the files of the most frequent walk, and they are not too many."""
    landmark, files_max = WALKS[heading]
    walks = Counter({walk: count for walk, count in recorded.items() if landmark in walk})
    ((walk, _),) = walks.most_common(1)
    counted = [name for name in walk if not VALUES.fullmatch(name)]

    # Which of two is entered first can depend on the time; the text tells it as a story.
    assert sorted(_described(heading)) == sorted(_short(name) for name in counted)
    assert len(counted) <= files_max


def _described(heading: str) -> list[str]:
    """List the files in the indented block below the paragraph that begins with the heading."""
    text = (ROOT / "CONTRIBUTING.md").read_text()
    section = text.partition("## Three walks\n")[2].partition("\n## ")[0]
    block = re.search(rf"^{heading}[^\n]*(?:\n\S[^\n]*)*\n\n((?:    [^\n]*\n)+)", section, re.M)
    assert block is not None, f"no block for {heading!r}"
    return re.findall(r"^    (\S+\.py) ", block[1], re.M)


def _short(name: str) -> str:
    """Name a file as CONTRIBUTING.md does: without lib/tradestack/ and daemons/tradestack_."""
    return name.removeprefix("lib/tradestack/").removeprefix("daemons/tradestack_")
