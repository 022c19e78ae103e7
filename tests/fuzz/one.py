"""one target under a coverage-guided fuzzer, until its flags say that it is enough.

    python -m tests.fuzz.one TARGET [LIBFUZZER FLAGS AND DIRECTORIES]

Atheris watches comparisons, to learn what inputs are compared with; of two arrays it leaks the
result (3.0.0), which would look like a leak of ours: those are compared behind its back.
"""

import operator
import shlex
import sys
from dis import cmp_op

import atheris
import atheris.core_with_libfuzzer as core
import numpy as np
from atheris.version_dependent import CMP_OP_SHIFT_AMOUNT

SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
PACKAGES = ["tradestack", "tradestack_gateway", "tradestack_order_manager", "tradestack_strategy"]
COMPARE = tuple(SIGNS[sign] for sign in cmp_op)
watch = core._trace_cmp


def compare(left: object, right: object, operation: int, place: int, is_constant: bool) -> object:
    """In place of the function that instrumented code calls to compare."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return COMPARE[operation >> CMP_OP_SHIFT_AMOUNT](left, right)
    return watch(left, right, operation, place, is_constant)


core._trace_cmp = compare
with atheris.instrument_imports(include=PACKAGES):
    from tests.fuzz.registry import TARGETS

name, *flags = sys.argv[1:]
# libFuzzer merges in a process of its own, which a shell starts by this name.
program = shlex.join([sys.executable, "-m", "tests.fuzz.one", name])
atheris.Setup([program, *flags], TARGETS[name].run)
atheris.Fuzz()
