"""The user of a strategy, as the page names it to the order manager."""

import asyncio
from typing import Any, cast

from tradestack_web.routes.questions import strategy_user


class OneStrategy:
    """The daemons of a stack whose strategy has its user in capitals."""

    def strategies(self) -> list[str]:
        """List the instance."""
        return ["mine"]

    async def call(self, _name: str, _method: str) -> dict[str, Any]:
        """Return the config."""
        return {"config": {"user": "MINE"}}


def test_it_is_the_name_that_logins_have() -> None:
    """Orders, states and accounts are found by it, whatever case the config uses."""
    daemons = cast("Any", OneStrategy())

    assert asyncio.run(strategy_user(daemons, "mine")) == "mine"
