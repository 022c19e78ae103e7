"""--check-config: whether the file and those it names are valid, and what would not be used.

With --json one line for programs, such as `tradestackctl up`:

    {"file": PATH, "fault": {"where": …, "problem": …, "remedy": …} or null, "warnings": [TEXT, …]}
"""

import json
import logging
import re
import stat
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config.keys import ConfigFile, read_config
from tradestack.runtime.config.named_files import named_files
from tradestack.runtime.config.password import CREDENTIAL
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.decided_keys import (
    LEVEL_KEY,
    LEVEL_OPTION,
    PASSWORD_KEY,
    unit_name,
    unused_keys,
)
from tradestack.runtime.process.output import stdout_on_stderr
from tradestack.runtime.program import Program
from tradestack.runtime.supervisor.listen_fds import CONTROL, CONTROL_KEY
from tradestack.runtime.supervisor.units import (
    OF_USER,
    SYSTEM,
    address_of_unit,
    property_of_unit,
    source_of_credential,
    text_of_unit,
)

C = TypeVar("C", bound=DaemonConfig)


logger = logging.getLogger(__name__)


def check_config(program: Program[C], arguments: Arguments) -> int:
    """Check the file and print the result; return the exit status. Raises OperatorFault."""
    path = arguments.config_path
    try:
        with stdout_on_stderr():  # what a strategy's file prints is no part of the answer
            file = read_config(program.config_type, path)
        decided = _decided(program, arguments, file.keys)
        warnings = [*_faults_of_files(path, file, decided)]
    except OperatorFault as fault:
        if not arguments.json:
            raise
        words = {"where": fault.where, "problem": fault.problem, "remedy": fault.remedy}
        _print({"file": str(path), "fault": words, "warnings": []})
        return EXIT_STATUS_OPERATOR_FAULT
    unused = unused_keys(program, file.config, arguments.instance, keys=file.keys, decided=decided)
    warnings += [str(key) for key in unused]
    if arguments.json:
        _print({"file": str(path), "fault": None, "warnings": warnings})
        return 0
    for warning in warnings:
        logger.warning("%s: %s", path, warning)
    sys.stdout.write(f"{path}: ok\n")
    return 0


def _print(result: Mapping[str, object]) -> None:
    sys.stdout.write(f"{json.dumps(result)}\n")


def _faults_of_files(
    path: Path, file: ConfigFile[Any], decided: Mapping[str, str]
) -> Iterator[str]:
    """Yield which files that are named in the config this user may not read, or everybody may.

    Raises OperatorFault for one that the daemon could not use.
    """
    for name, parser, named in named_files(file.config):
        if name.partition(".")[0] not in file.keys or name in decided:
            continue  # a default, or what is used in its place
        try:
            parser.read(named)
            if name.endswith(PASSWORD_KEY) and named.stat().st_mode & stat.S_IROTH:
                yield f"{name}: everybody on this host can read it: chmod 600 {named}"
        except OperatorFault as fault:
            if isinstance(fault.__cause__, PermissionError):
                yield f"{name}: {named} is not checked: {fault.problem}"
            else:
                problem = f"{fault.where}: {fault.problem}"
                raise OperatorFault(f"{path}: {name}", problem, fault.remedy) from fault


def _decided(
    program: Program[Any], arguments: Arguments, written: Collection[str]
) -> Mapping[str, str]:
    """Return what the units decide of the written keys, if the file is that of their service."""
    sockets = {
        key: unit_name(program.name, arguments.instance) for key in program.addresses.values()
    }
    paths = {**program.paths, CONTROL: CONTROL_KEY}
    for name, key in paths.items():
        sockets[key] = unit_name(f"{program.name}-{name}", arguments.instance)
    named = [key for key in (*sockets, PASSWORD_KEY, LEVEL_KEY) if key in written]
    service = f"{unit_name(program.name, arguments.instance)}.service"
    for systemctl in (SYSTEM, OF_USER) if named else ():
        command = property_of_unit(systemctl, service, "ExecStart")
        if f" --config {arguments.config_path} " not in command:
            continue
        found = {
            key: address_of_unit(systemctl, f"{sockets[key]}.socket")
            for key in named
            if key in sockets
        }
        if PASSWORD_KEY in named:
            text = text_of_unit(systemctl, service)
            found[PASSWORD_KEY] = source_of_credential(text, CREDENTIAL, arguments.instance)
        level = re.search(rf" {LEVEL_OPTION}[ =](\w+)", command)
        found[LEVEL_KEY] = level[1] if level else None
        return {key: value for key, value in found.items() if value is not None}
    return {}
