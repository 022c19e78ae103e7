"""`tradestack-gateway --check-csv FILE`: what an import of a price or sentiment file would find.

[prices:|sentiment:]FILE      the kind, if the header is not to decide it
--config FILE                 column names and on_bad_row as in this config, not the defaults
"""

import contextlib
import sys
from pathlib import Path

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.runtime.config.keys import load_config
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.header import SourceKind
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, SourceFault
from tradestack.wire.symbol_table import SymbolTable
from tradestack_gateway.config import GatewayConfig
from tradestack_gateway.sources.open_source import open_csv
from tradestack_gateway.sources.source_check import NOTHING_READ, Verdict, check_source

KINDS = {"prices:": SourceKind.PRICES, "sentiment:": SourceKind.NEWS}


def check_csv(argument: str, config_path: Path | None) -> int:
    """Print bad rows and the verdict: ACCEPT, SKIP or REJECT.

    Returns the exit status: 0, or 78 for REJECT. Raises OperatorFault if the file cannot be
    opened, or for the config.
    """
    config = GatewayConfig() if config_path is None else load_config(GatewayConfig, config_path)
    prefix = next((prefix for prefix in KINDS if argument.startswith(prefix)), "")
    path = Path(argument.removeprefix(prefix))
    symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
    verdict = NOTHING_READ
    try:
        source = open_csv(config, path, KINDS.get(prefix), BadRows(_print_bad_row), symbols)
        with contextlib.closing(source):
            for newest in check_source(source, sys.maxsize):
                verdict = newest
    except SourceFault as fault:
        sys.stdout.write(f"{fault}\n{path}: REJECT, 0 rows\n")
        return EXIT_STATUS_OPERATOR_FAULT
    sys.stdout.write(f"{path}: {_sentence(verdict)}\n")
    return 0


def _print_bad_row(path: Path, line: int, reason: str, count: int) -> None:
    sys.stdout.write(f"{path}: line {line}: refused: {reason} (row {count} refused)\n")


def _sentence(verdict: Verdict) -> str:
    word = "SKIP" if verdict.rows_rejected else "ACCEPT"
    return (
        f"{word}, {verdict.rows_good} rows good, {verdict.rows_rejected} refused, "
        f"{verdict.rows_rounded} rounded to 8 decimals"
    )
