"""The pause of a strategy: an exception of a hook ends its trading, and not the process."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

from tradestack.observe.events import STRATEGY_PAUSED, emit
from tradestack.trading.desk.strategy_object import StrategyFailed

logger = logging.getLogger(__name__)


class Pause:
    """Begins when a hook fails, and ends with the run. reason: None until then."""

    def __init__(self, strategy_name: str) -> None:
        self.reason: str | None = None
        self._strategy_name = strategy_name
        self._begun = asyncio.Event()

    def begin(self, failure: StrategyFailed, feed_session: str) -> None:
        """Log the failure, and end what `run` runs; later failures are ignored."""
        if self.reason is not None:
            return
        self.reason = str(failure)
        emit(
            logger,
            STRATEGY_PAUSED,
            strategy=self._strategy_name,
            session=feed_session,
            message=failure.sequence,
            reason=failure,
            look=f"tradestackctl tail --from {failure.sequence or 1} --count 1",
        )
        self._begun.set()

    async def run(self, trade: Coroutine[Any, Any, None]) -> None:
        """Run until cancelled: first that, then, when the pause has begun, nothing."""
        trading = asyncio.ensure_future(trade)
        begun = asyncio.ensure_future(self._begun.wait())
        try:
            await asyncio.wait({trading, begun}, return_when=asyncio.FIRST_COMPLETED)
            if trading.done():
                trading.result()
            trading.cancel()
            await asyncio.Event().wait()
        finally:
            begun.cancel()
            trading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await trading
