"""The inspection of a strategy, in a process that has the rights of the services' user.

Its code may print, loop forever, end its process or change whatever it can reach: root's rights
are not for it.
"""

import contextlib
import json
import math
import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from tradestack.domain.tick import TickKind
from tradestack.runtime.process.import_guard import IMPORT_TIMEOUT_S
from tradestack.strategies.parameter import parameters_of

INSPECTION_SECONDS_MAX = IMPORT_TIMEOUT_S + 10  # for code that no exception interrupts
OUTPUT_SHOWN_MAX = 1_000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredParameter:
    """A parameter as its class declares it; the default is a decimal text."""

    name: str
    default: str
    allowed: str
    doc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A strategy that can be imported.

    needs: the kinds of ticks without which it never trades. output: what its file printed
    meanwhile, shortened.
    """

    class_name: str
    needs: frozenset[TickKind]
    parameters: tuple[DeclaredParameter, ...]
    output: str


def declared_by(strategy: type) -> tuple[DeclaredParameter, ...]:
    """Return the parameters of a class, in their order."""
    return tuple(
        DeclaredParameter(
            name=name,
            default=each.format(each.default),
            allowed=each.allowed,
            doc=each.doc,
        )
        for name, each in parameters_of(strategy).items()
    )


class StrategyUnfit(Exception):
    """It cannot be imported, its class is wrong, or a parameter is; the text says what and where.

    place: "strategy" or "parameters".
    """

    def __init__(self, text: str, place: str) -> None:
        super().__init__(text)
        self.place = place


def inspect_strategy(
    strategy: str,
    packages: str,
    parameters: Mapping[str, str],
    *,
    required: Collection[str] = (),
    user: str | None = None,
) -> Inspected:
    """Import a strategy as `user`, None = as who calls. Raises StrategyUnfit.

    parameters: decimal texts; one that is not declared is a fault if it is `required`.
    """
    request = {
        "strategy": strategy,
        "packages": packages,
        "parameters": dict(parameters),
        "required": list(required),
        "cpu_seconds_max": 2 * math.ceil(INSPECTION_SECONDS_MAX),  # the caller ends it earlier
    }
    with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as output:
        status = _run(json.dumps(request), result.fileno(), output.fileno(), user)
        result.seek(0)
        answer = _answer(result.read())
        printed = shortened(output)
    if answer is None:
        raise StrategyUnfit(
            f"{end_of(status)}{printed and f', after it printed: {printed}'}", "strategy"
        )
    if answer["fault"] is not None:
        raise StrategyUnfit(answer["fault"], answer["place"])
    declared = tuple(DeclaredParameter(**each) for each in answer["parameters"])
    return Inspected(
        class_name=answer["class_name"],
        needs=frozenset(map(TickKind, answer["needs"])),
        parameters=declared,
        output=printed,
    )


def rights_of(user: str | None) -> dict[str, Any]:
    """Return what subprocess needs to run a program as the user; nothing for None."""
    if user is None:
        return {}
    account = pwd.getpwnam(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _run(request: str, result: int, output: int, user: str | None) -> int | None:
    """Run the inspector; return its exit status, None if it took too long."""
    home = tempfile.gettempdir() if user is not None else os.environ.get("HOME", "/")
    process = subprocess.Popen(
        [sys.executable, "-I", "-B", "-m", "tradestack.ctl.strategies.inspector", str(result)],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=output,
        pass_fds=[result],
        start_new_session=True,
        cwd="/",
        env={
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": os.environ.get("LANG", "C.UTF-8"),
            "HOME": home,
            "OPENBLAS_NUM_THREADS": "1",
        },
        text=True,
        **rights_of(user),
    )
    try:
        process.communicate(request, INSPECTION_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):  # also what the file has started
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode


def _answer(text: bytes) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return answer


def shortened(output: Any) -> str:
    """Return the beginning of what was printed."""
    size = output.seek(0, os.SEEK_END)
    output.seek(0)
    text: str = output.read(OUTPUT_SHOWN_MAX).decode(errors="replace").strip()
    return text if size <= OUTPUT_SHOWN_MAX else f"{text} … ({size:,} bytes in all)"


def end_of(status: int | None) -> str:
    """Return how the process ended that imported a strategy; None: it was still busy with it."""
    if status is None:
        return f"cannot be imported: it was not imported within {INSPECTION_SECONDS_MAX} s"
    how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    return f"cannot be imported: the process that imported it ended with {how}"
