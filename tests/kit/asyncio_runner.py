"""A pytest plugin that runs coroutine tests on uvloop, the loop that the daemons use.

pytest-asyncio and anyio run tests on asyncio's loop by default and leave exceptions of callbacks to
the log; here an exception in a callback fails the test, and a test that waits for an event that
never comes fails after a deadline.
"""

import asyncio
import inspect
from collections.abc import Awaitable

import pytest
import uvloop

TEST_DEADLINE_S = 300  # far above any test's duration, also on a busy machine


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test; return None for any other, which pytest then calls itself."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    run_on_uvloop(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def run_on_uvloop(work: Awaitable[None]) -> None:
    """Run one coroutine to its end; raise also what callbacks raised."""
    raised: list[dict[str, object]] = []

    async def supervised() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
        async with asyncio.timeout(TEST_DEADLINE_S):
            await work

    uvloop.run(supervised())
    for context in raised:
        error = context.get("exception")
        raise error if isinstance(error, BaseException) else AssertionError(context)
