"""POST /api/actions/…: changes, for users who are logged in and in the group."""

import logging
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradestack.net.control.client import ControlFault
from tradestack.observe.events import PAGE_ACTION, emit
from tradestack.wire.varlink import VarlinkError
from tradestack_web.http.errors import ApiError, json_response
from tradestack_web.live.daemons import GATEWAY, ORDER_MANAGER, ORDERS, STRATEGY_PREFIX
from tradestack_web.logins.person import Person
from tradestack_web.routes.login import Nothing
from tradestack_web.routes.questions import refusal, strategy_user
from tradestack_web.routes.site import Site, read_body

FEED = "io.tradestack.Gateway"
STRATEGY = "io.tradestack.Strategy"
PAUSED_BY_EXCEPTION = "paused"
REASON_LENGTH_MAX = 150

Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH_MAX)]
Done = tuple[str, dict[str, Any]]
logger = logging.getLogger(__name__)


class Pace(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `pace`."""

    pace: str


class TradingState(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `trading-state`."""

    state: str
    reason: Reason
    user: str | None = None
    cancel: bool = False


class CancelOrders(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `cancel-orders`."""

    reason: Reason
    user: str | None = None
    symbol: str | None = None


class OfStrategy(msgspec.Struct, forbid_unknown_fields=True):
    """Body of `pause-strategy` and `resume-strategy`."""

    instance: str
    reason: Reason


class Actions:
    """The actions; count: how many were carried out."""

    def __init__(self, site: Site) -> None:
        self.count = 0
        self._site = site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            self._route("pause", Nothing, self._pause),
            self._route("resume", Nothing, self._resume),
            self._route("pace", Pace, self._pace),
            self._route("trading-state", TradingState, self._trading_state),
            self._route("cancel-orders", CancelOrders, self._cancel_orders),
            self._route("pause-strategy", OfStrategy, self._pause_strategy),
            self._route("resume-strategy", OfStrategy, self._resume_strategy),
        ]

    def _route(
        self,
        name: str,
        form: type[msgspec.Struct],
        action: Callable[[Any, Person], Awaitable[Done]],
    ) -> Route:
        async def act(request: Request) -> Response:
            person = self._site.gate.require_actor(request)
            body = await read_body(request, form)
            try:
                done, reply = await action(body, person)
            except (ControlFault, VarlinkError) as error:
                raise refusal(error) from error
            self.count += 1
            emit(logger, PAGE_ACTION, action=name, uid=person.uid, user=person.name)
            return json_response({"done": done, "reply": reply})

        return Route(f"/api/actions/{name}", act, methods=["POST"], name=name)

    async def _pause(self, _body: Nothing, _person: Person) -> Done:
        return "the feed is paused", await self._site.daemons.call(GATEWAY, f"{FEED}.Pause")

    async def _resume(self, _body: Nothing, _person: Person) -> Done:
        return "the feed goes on", await self._site.daemons.call(GATEWAY, f"{FEED}.Resume")

    async def _pace(self, body: Pace, _person: Person) -> Done:
        reply = await self._site.daemons.call(GATEWAY, f"{FEED}.SetPace", {"pace": body.pace})
        return f"the pace is {reply['pace']}", reply

    async def _trading_state(self, body: TradingState, person: Person) -> Done:
        parameters = {**msgspec.structs.asdict(body), "reason": _signed(body.reason, person)}
        reply = await self._site.daemons.call(
            ORDER_MANAGER, f"{ORDERS}.SetTradingState", parameters
        )
        whose = "all users" if body.user is None else body.user
        return f"the trading state of {whose} is {body.state}", reply

    async def _cancel_orders(self, body: CancelOrders, person: Person) -> Done:
        parameters = {**msgspec.structs.asdict(body), "reason": _signed(body.reason, person)}
        reply = await self._site.daemons.call(ORDER_MANAGER, f"{ORDERS}.CancelOrders", parameters)
        return f"{reply['orders']:,} orders are canceled", reply

    async def _pause_strategy(self, body: OfStrategy, person: Person) -> Done:
        user = await strategy_user(self._site.daemons, body.instance)
        return await self._trading_state(TradingState("HALTED", body.reason, user), person)

    async def _resume_strategy(self, body: OfStrategy, person: Person) -> Done:
        daemons = self._site.daemons
        user = await strategy_user(daemons, body.instance)
        limits = await daemons.call(ORDER_MANAGER, f"{ORDERS}.GetLimits", {"user": user})
        halted = any(
            each["user"] == user and each["state"] != "ACTIVE" for each in limits["states"]
        )
        if halted:
            await self._trading_state(TradingState("ACTIVE", body.reason, user), person)
        name = STRATEGY_PREFIX + body.instance
        state = (await daemons.call(name, f"{STRATEGY}.GetState"))["state"]
        if state["pause_reason"] is not None:
            state = (await daemons.call(name, f"{STRATEGY}.Resume"))["state"]
        elif not halted:
            message = f"{body.instance} is not paused, and its user is ACTIVE"
            raise ApiError(409, "refused", message)
        return f"{body.instance} goes on", {"state": state}


def _signed(reason: str, person: Person) -> str:
    """Return the reason with who gives it: the daemon sees the server's user only."""
    return f"{reason} ({person.name}, uid {person.uid}, on the page)"[:200]
