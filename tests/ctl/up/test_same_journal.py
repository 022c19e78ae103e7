"""Two runs with the same input and seed write the same order journal, byte for byte.

Left out is what the runs do not share: session ids, wall-clock time, the checksums of both, and how
far the gateway was beside the strategy.
"""

import re
from pathlib import Path

from tests.ctl.up.sample_run import up

EXECUTION = (
    'order-manager.execution={{slippage_random_ticks = 3, entry_latency = "250ms", '
    'entry_latency_jitter = "100ms", report_latency = "50ms", report_latency_jitter = "200ms", '
    'fee_bp = "1", seed = {seed}}}'
)
# What is drawn or counted at the start of a process or by the wall clock.
_WALL_CLOCK = ("Time", "TransactTime", "SignalTime", "BootID", "RequestID")
# A gateway at pace max is ahead of the strategy, as far as the machine lets it be: at the Register
# by Head messages, at an order by what the book in shared memory then says.
_GATEWAY_AHEAD = ("Head", "ReferencePx", "ReferencePxAge")
_LEFT_OUT = re.compile(rf'"({"|".join((*_WALL_CLOCK, *_GATEWAY_AHEAD))})":("[^"]*"|[0-9]+)')
_CHECKSUM = re.compile("^[0-9a-f]{8} ", re.MULTILINE)


def journal_of_run(state: Path, seed: int) -> list[str]:
    """Run the stack on the sample data; return its journal by lines, without what is left out."""
    execution = EXECUTION.format(seed=seed)
    done = up("--pace", "max", "--until-end", "--state-dir", state, "--set", execution)
    assert done.returncode == 0, done.stderr
    (journal,) = (state / "state" / "order-manager").glob("*.journal")
    (log,) = (state / "state" / "gateway").glob("*.feed")
    text = journal.read_text().replace(journal.stem, "ORDERS").replace(log.stem, "FEED")
    return _LEFT_OUT.sub(r'"\1":0', _CHECKSUM.sub("", text)).splitlines()


def test_the_same_input_and_seed_give_the_same_journal(tmp_path: Path) -> None:
    """Another seed gives another one: the draws are in what is compared."""
    first = journal_of_run(tmp_path / "first", seed=7)

    assert any('"ExecType":"TRADE"' in line for line in first)
    assert journal_of_run(tmp_path / "again", seed=7) == first
    assert journal_of_run(tmp_path / "other", seed=8) != [
        line.replace('"seed":7', '"seed":8') for line in first
    ]
