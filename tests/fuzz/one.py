"""The program that libFuzzer runs: one target, with instrumented code.

    python -m tests.fuzz.one TARGET [LIBFUZZER FLAGS AND DIRECTORIES]

Atheris traces comparisons to learn what inputs are compared with. Version 3.0.0 leaks the result of
comparing two arrays, which would count as growth of the target, so arrays are compared untraced.
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
    """Compare for instrumented code, in place of atheris's function of this signature."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return COMPARE[operation >> CMP_OP_SHIFT_AMOUNT](left, right)
    return watch(left, right, operation, place, is_constant)


core._trace_cmp = compare
with atheris.instrument_imports(include=PACKAGES):
    from tests.fuzz.registry import TARGETS

name, *flags = sys.argv[1:]
# To merge, libFuzzer starts this command in a shell.
program = shlex.join([sys.executable, "-m", "tests.fuzz.one", name])
atheris.Setup([program, *flags], TARGETS[name].run)
atheris.Fuzz()
