"""What the errors that a daemon replies say to people."""

from collections.abc import Callable, Mapping
from typing import Any

from tradestack.domain.trading_state import REASON_RULE
from tradestack.wire.varlink import SERVICE_INTERFACE, VarlinkError

Parameters = Mapping[str, Any]


def refusal_text(error: VarlinkError) -> str:
    """Return what was refused and, where that is known, what to do."""
    name = error.name.rpartition(".")[2]
    explain = _TEXTS.get(error.name)
    if explain is not None:
        return explain(error.parameters)
    reasons = ", ".join(str(value) for value in error.parameters.values())
    return f"{name}: {reasons}" if reasons else name


def _halt_file_exists(parameters: Parameters) -> str:
    return (
        f"all users stay HALTED while the halt file exists: delete {parameters['path']} "
        "if trading may go on, and do this again"
    )


def _unknown_user(parameters: Parameters) -> str:
    known = ", ".join(parameters["known"])
    users = f"; the users are: {known}" if known else ""
    return f"there is no user {parameters['user']!r} who may trade{users}"


def _invalid_parameter(parameters: Parameters) -> str:
    name = parameters["parameter"]
    return f"InvalidParameter: {name}: {_PARAMETERS.get(name, 'it is not one of those allowed')}"


_ORDERS = "io.tradestack.OrderManager"
_TEXTS: Mapping[str, Callable[[Parameters], str]] = {
    f"{_ORDERS}.HaltFileExists": _halt_file_exists,
    f"{_ORDERS}.UnknownUser": _unknown_user,
    f"{SERVICE_INTERFACE}.InvalidParameter": _invalid_parameter,
}
_PARAMETERS = {"reason": f"it must be {REASON_RULE}"}
