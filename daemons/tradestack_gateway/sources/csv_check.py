"""`tradestack-gateway --check-csv FILE`: checks a price or sentiment file as an import would.

[prices:|sentiment:]FILE      the kind, if the file is not to decide it
--config FILE                 [columns], [format] and on_bad_row as in this config, not the defaults

FILE may be a directory or a pattern, too: its files are checked one after the other.
"""

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tradestack.configs.gateway import GatewayConfig
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.config.keys import load_config
from tradestack.sources.bad_rows import BadRows
from tradestack.sources.csv.check import NOTHING_READ, Verdict, check_source, describe, warnings_of
from tradestack.sources.csv.files import expand_files
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.csv.source import CsvSource, Reading
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, SourceFault
from tradestack.wire.symbol_table import SymbolTable

KINDS = {"prices:": SourceKind.PRICES, "sentiment:": SourceKind.NEWS}


def check_csv(argument: str, config_path: Path | None, details: Mapping[str, str]) -> int:
    """Print bad rows and the verdict on each file: ACCEPT, SKIP or REJECT.

    details: options of files that replace those of the config. Returns the exit status: 0, or 78
    if a file is rejected. Raises OperatorFault if a file cannot be opened, or for the config.
    """
    config = GatewayConfig() if config_path is None else load_config(GatewayConfig, config_path)
    prefix = next((prefix for prefix in KINDS if argument.startswith(prefix)), "")
    paths = expand_files([argument.removeprefix(prefix)])
    reading = replace(config.reading(), options=_with_details(config.format, details))
    return max(_check(path, KINDS.get(prefix), reading) for path in paths)


def _with_details(options: ReadingOptions, details: Mapping[str, str]) -> ReadingOptions:
    for name, text in details.items():
        try:
            options = options.with_text(name, text)
        except ValueError as error:
            raise OperatorFault(f"--{name.replace('_', '-')}", str(error), "see --help") from None
    return options


def _check(path: Path, kind: SourceKind | None, reading: Reading) -> int:
    verdict = NOTHING_READ
    try:
        source = CsvSource(
            path, kind, reading, BadRows(_print_bad_row), SymbolTable(SOURCE_SYMBOLS_MAX)
        )
        with contextlib.closing(source):
            for newest in check_source(source, sys.maxsize):
                verdict = newest
    except SourceFault as fault:
        sys.stdout.write(f"{fault}\n{path}: REJECT, 0 rows\n")
        return EXIT_STATUS_OPERATOR_FAULT
    for name, text in describe(source):
        sys.stdout.write(f"{path}: {name}: {text}\n")
    for warning in warnings_of(source):
        sys.stdout.write(f"{path}: warning: {warning}\n")
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
