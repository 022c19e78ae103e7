"""GET /api/…: one answer to one question."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradestack.net.control.client import ControlFault
from tradestack.net.control.refusals import refusal_text
from tradestack.net.server.users import canonical_user
from tradestack.wire.varlink import VarlinkError
from tradestack_web.http.connection import connection_of
from tradestack_web.http.errors import ApiError, json_response
from tradestack_web.live.daemons import ORDER_MANAGER, ORDERS, STRATEGY_PREFIX, Daemons
from tradestack_web.live.journal_reader import newest_journal
from tradestack_web.live.order_states import OrderState, newest_orders
from tradestack_web.routes.recorded import list_sessions, ticks_of
from tradestack_web.routes.site import COUNT_DEFAULT, COUNT_MAX, Site, count_of

STORY_DEADLINE_S = 30.0
TICKS_MAX = 5_000
TICKS_DEFAULT = 500
ORDER_ID_LENGTH_MAX = 15
_DAEMON = "io.tradestack.Daemon"
_STRATEGY = "io.tradestack.Strategy"
_NO_SUCH_ORDER = "no order has the number"


def question_routes(site: Site) -> list[Route]:
    """Return the routes."""
    questions = Questions(site)
    return [
        Route("/api/orders", questions.orders),
        Route("/api/orders/{order_id}", questions.order),
        Route("/api/fills", questions.fills),
        Route("/api/strategies", questions.strategies),
        Route("/api/strategies/{instance}", questions.strategy),
        Route("/api/ticks", questions.ticks),
        Route("/api/sessions", questions.sessions),
    ]


class Questions:
    """The handlers."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def orders(self, request: Request) -> Response:
        """List the newest orders as they are now."""
        self._site.gate.require_reader(request)
        return json_response({"orders": await self._newest_orders(count_of(request))})

    async def fills(self, request: Request) -> Response:
        """List the newest fills."""
        self._site.gate.require_reader(request)
        count = {"count": count_of(request)}
        try:
            reply = await self._site.daemons.call(ORDER_MANAGER, f"{ORDERS}.ListFills", count)
        except (ControlFault, VarlinkError) as error:
            raise refusal(error) from error
        return json_response(reply)

    async def order(self, request: Request) -> Response:
        """Tell what became of an order."""
        self._site.gate.require_reader(request)
        order_id = request.path_params["order_id"]
        is_number = order_id.isascii() and order_id.isdigit()
        if not is_number or len(order_id) > ORDER_ID_LENGTH_MAX or int(order_id) == 0:
            raise ApiError(404, "no_such_order", f"not the number of an order: {order_id[:20]!r}")
        arguments = ["why", order_id, "--state-dir", str(self._site.stack)]
        origin = connection_of(request.scope).origin
        told = await self._site.commands.run([*arguments, "--json"], STORY_DEADLINE_S, origin)
        if told.status != 0:
            if _NO_SUCH_ORDER in told.error:
                raise ApiError(404, "no_such_order", f"no order has the number {order_id}")
            raise ApiError(409, "refused", told.error.strip())
        story = await self._site.commands.run(arguments, STORY_DEADLINE_S, origin)
        trace: dict[str, Any] = msgspec.json.decode(told.output)
        return json_response({**trace, "story": story.output.decode(errors="replace")})

    async def strategies(self, request: Request) -> Response:
        """List the strategies."""
        self._site.gate.require_reader(request)
        return json_response({"strategies": self._site.daemons.strategies()})

    async def strategy(self, request: Request) -> Response:
        """Describe a strategy and what it has done."""
        self._site.gate.require_reader(request)
        instance = request.path_params["instance"]
        daemons = self._site.daemons
        try:
            user = await strategy_user(daemons, instance)
            name = STRATEGY_PREFIX + instance
            state = await daemons.call(name, f"{_STRATEGY}.GetState")
            config = await daemons.call(name, f"{_DAEMON}.GetConfig")
            pending = await daemons.call(name, f"{_STRATEGY}.ListPending")
            listed = await daemons.call(ORDER_MANAGER, f"{ORDERS}.ListPositions", {"user": user})
            limits = await daemons.call(ORDER_MANAGER, f"{ORDERS}.GetLimits", {"user": user})
        except (ControlFault, VarlinkError) as error:
            raise refusal(error) from error
        orders = await self._newest_orders(COUNT_MAX)
        return json_response(
            {
                "instance": instance,
                "user": user,
                "state": state["state"],
                "config": config["config"],
                "pending": pending,
                "accounts": listed["accounts"],
                "positions": listed["positions"],
                "orders": [order for order in orders if order["user"] == user][-COUNT_DEFAULT:],
                "trading": limits["states"],
            }
        )

    async def ticks(self, request: Request) -> Response:
        """List the newest messages of a symbol."""
        self._site.gate.require_reader(request)
        symbol = request.query_params.get("symbol", "")
        count = count_of(request, default=TICKS_DEFAULT, maximum=TICKS_MAX)
        return json_response(await ticks_of(self._site.stack, symbol, count))

    async def sessions(self, request: Request) -> Response:
        """List the sessions that are kept."""
        self._site.gate.require_reader(request)
        return json_response(list_sessions(self._site.stack))

    async def _newest_orders(self, count: int) -> list[OrderState]:
        journal = newest_journal(self._site.stack / ORDER_MANAGER)
        if journal is None:
            remedy = "start the order manager: tradestackctl start order-manager"
            raise ApiError(502, "not_running", "there is no order journal yet", remedy)
        try:
            return await newest_orders(journal, count)
        except OSError as error:
            message = f"the order journal cannot be read: {error}"
            raise ApiError(502, "not_running", message) from error


async def strategy_user(daemons: Daemons, instance: str) -> str:
    """Return the user of a strategy, as it logs in. Raises ApiError, ControlFault, VarlinkError."""
    if instance not in daemons.strategies():
        raise ApiError(404, "no_such_strategy", f"no strategy is named {instance[:40]!r}")
    reply = await daemons.call(STRATEGY_PREFIX + instance, f"{_DAEMON}.GetConfig")
    return canonical_user(reply["config"]["user"])


def refusal(error: ControlFault | VarlinkError) -> ApiError:
    """Return the error for a daemon that refuses, or does not answer."""
    if isinstance(error, VarlinkError):
        return ApiError(409, "refused", refusal_text(error))
    return ApiError(502, "not_running", str(error))  # which says how to start it
