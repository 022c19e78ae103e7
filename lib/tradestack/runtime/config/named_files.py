"""Keys that name a file which the daemon reads at its start.

    ca_file: Path | None = key(None, NamedFile(read_certificates), reload=Reload.RESTART)

--check-config reads it as the daemon would, so that the fault is found before a restart.
"""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import PARSER, DataclassInstance
from tradestack.runtime.config.sections import Section
from tradestack.runtime.config.values import FilePath
from tradestack.store.named_file import open_named_file

REMEDY = "name a file that the daemon's user can read"


def read_whole(path: Path) -> bytes:
    """Read a file; raise OperatorFault."""
    try:
        with open_named_file(path) as file:
            return file.read()
    except OSError as error:
        raise OperatorFault(str(path), error.strerror or str(error), REMEDY) from error


@dataclasses.dataclass(frozen=True, slots=True)
class NamedFile(FilePath):
    """The path of a file; `read` raises OperatorFault if the daemon could not use it."""

    read: Callable[[Path], object] = read_whole


def named_files(config: DataclassInstance) -> Iterator[tuple[str, NamedFile, Path]]:
    """Yield key, parser and path of each file that a config names, those of sections as well."""
    for field in dataclasses.fields(config):
        parser, value = field.metadata[PARSER], getattr(config, field.name)
        if value is None:
            continue
        if isinstance(parser, NamedFile):
            yield field.name, parser, value
        elif isinstance(parser, Section):
            for name, inner, path in named_files(value):
                yield f"{field.name}.{name}", inner, path
