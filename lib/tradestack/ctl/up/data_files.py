"""The data files of `up`, looked at before anything is started."""

import argparse
from pathlib import Path

from tradestack.ctl.format_options import format_options
from tradestack.domain.faults import OperatorFault
from tradestack.sources.bad_rows import BadRows, show_nothing
from tradestack.sources.csv.files import expand_files
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import CsvSource, Reading
from tradestack.sources.source import SOURCE_SYMBOLS_MAX, SourceFault
from tradestack.wire.symbol_table import SymbolTable

_KINDS = {"prices": SourceKind.PRICES, "sentiment": SourceKind.NEWS}


def check_data_files(args: argparse.Namespace) -> None:
    """Recognise the files that the options name, without reading them. Raises OperatorFault."""
    reading = Reading(options=format_options(args))
    for name, kind in _KINDS.items():
        try:
            for path in expand_files(getattr(args, name) or ()):
                _recognise(path, kind, reading)
        except OperatorFault as fault:
            raise OperatorFault(f"--{name} {fault.where}", fault.problem, fault.remedy) from fault


def _recognise(path: Path, kind: SourceKind, reading: Reading) -> None:
    if not path.exists():
        raise OperatorFault(str(path), "no such file", "name a file that exists")
    symbols = SymbolTable(SOURCE_SYMBOLS_MAX)
    try:
        CsvSource(path, kind, reading, BadRows(show_nothing), symbols).close()
    except SourceFault as fault:
        raise fault.as_operator_fault() from fault
