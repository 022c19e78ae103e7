"""Import a strategy and write down what it is; a process of its own, with its user's rights.

    python -m tradestack.ctl.strategies.inspector DESCRIPTOR < REQUEST

stdin has the request, DESCRIPTOR is where the answer goes, both JSON (inspection.py): what the file
prints is in neither.
"""

import json
import os
import resource
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tradestack.ctl.strategies.inspection import declared_by
from tradestack.runtime.process.import_guard import import_guard
from tradestack.strategies.class_check import needs_of
from tradestack.strategies.configured import configure
from tradestack.strategies.parameter import parameters_of
from tradestack.strategies.registry import find_strategy


def inspect(request: Mapping[str, Any]) -> dict[str, object]:
    """Return the parameters that a strategy declares, or its fault with the place."""
    try:
        with import_guard():
            found = find_strategy(request["strategy"], request["packages"])
    except ValueError as error:
        return {"fault": str(error), "place": "strategy"}
    declared = parameters_of(found.strategy)
    known = {
        name: text
        for name, text in request["parameters"].items()
        if name in declared or name in request["required"]
    }
    try:
        configure(found, known, (), 1)
    except ValueError as error:
        return {"fault": str(error), "place": "parameters"}
    return {
        "fault": None,
        "class_name": found.strategy.__name__,
        "needs": sorted(needs_of(found.strategy)),
        "parameters": [asdict(each) for each in declared_by(found.strategy)],
    }


def _limit_processor_time(seconds_max: int) -> None:
    """Let the kernel end the process after that time, or earlier where that is the rule."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        seconds_max = min(seconds_max, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds_max, seconds_max))


def main() -> None:
    """Answer one request. The process ends whatever threads the file has begun.

    The kernel ends it, too: a file that loops must not outlive a caller that was killed.
    """
    request = json.load(sys.stdin)
    _limit_processor_time(request["cpu_seconds_max"])
    answer = json.dumps(inspect(request))
    os.write(int(sys.argv[1]), answer.encode())
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
