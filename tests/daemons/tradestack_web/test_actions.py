"""Actions: they do what they say, and are logged with who it was."""

import os
import pwd
from collections.abc import Mapping
from typing import Any

import pytest

from tests.kit.stack import Stack
from tests.kit.web import Answer, Web

NAME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(scope="module")
def login(live_web: Web) -> Mapping[str, str]:
    """The headers of somebody who is logged in."""
    return live_web.log_in()


def act(web: Web, login: Mapping[str, str], name: str, **body: Any) -> Answer:
    """Post an action."""
    return web.post(f"/api/actions/{name}", body, **login)


def test_the_feed_is_paused_and_goes_on(
    stack: Stack, live_web: Web, login: Mapping[str, str]
) -> None:
    """Pause, resume and pace are those of `tradestackctl`."""

    def state() -> Any:
        return stack.call("gateway", "io.tradestack.Daemon.GetStats")["stats"]

    assert act(live_web, login, "pause").status == 200
    assert state()["source_state"] == "paused"
    assert act(live_web, login, "resume").status == 200
    assert state()["source_state"] == "running"
    assert act(live_web, login, "pace", pace="900x").json["reply"] == {"pace": "900x"}
    assert state()["pace"] == "900x"


def test_a_strategy_is_paused_and_goes_on(
    stack: Stack, live_web: Web, login: Mapping[str, str]
) -> None:
    """Its user is halted, with a reason that says who it was; then active again."""

    def states() -> Any:
        return stack.call("order-manager", "io.tradestack.OrderManager.GetLimits")["states"]

    assert act(live_web, login, "pause-strategy", instance="news", reason="lunch").status == 200
    (state,) = [each for each in states() if each["user"] == "news"]
    assert state["state"] == "HALTED"
    assert state["reason"] == f"lunch ({NAME}, uid {os.getuid()}, on the page)"

    assert act(live_web, login, "resume-strategy", instance="news", reason="back").status == 200
    assert [each["state"] for each in states() if each["user"] == "news"] == ["ACTIVE"]
    again = act(live_web, login, "resume-strategy", instance="news", reason="again")
    assert (again.status, again.error) == (409, "refused")


def test_orders_are_canceled(live_web: Web, login: Mapping[str, str]) -> None:
    """The answer says how many."""
    answer = act(live_web, login, "cancel-orders", reason="enough", symbol="SPY")

    assert answer.json["reply"]["orders"] >= 0
    assert "canceled" in answer.json["done"]


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("pace", {"pace": "fast"}, "refused"),
        ("trading-state", {"state": "OFF", "reason": "x"}, "refused"),
        ("trading-state", {"state": "HALTED", "reason": "x", "user": "nwes"}, "refused"),
        ("trading-state", {"state": "HALTED", "reason": "x\n"}, "refused"),
        ("trading-state", {"state": "HALTED", "reason": ""}, "invalid_request"),
        ("trading-state", {"state": "HALTED", "reason": "x" * 151}, "invalid_request"),
        ("pause-strategy", {"instance": "../gateway", "reason": "x"}, "no_such_strategy"),
        ("cancel-orders", {}, "invalid_request"),
    ],
)
def test_what_is_refused_has_a_reason(
    live_web: Web, login: Mapping[str, str], name: str, body: dict[str, Any], error: str
) -> None:
    """By the server, or by the daemon."""
    answer = act(live_web, login, name, **body)

    assert answer.error == error
    assert answer.json["message"]


def test_each_action_is_logged_with_who_it_was(live_web: Web, login: Mapping[str, str]) -> None:
    """The log has the action, the number and the name of the user."""
    act(live_web, login, "pace", pace="600x")

    assert f"action=pace uid={os.getuid()} user={NAME}" in live_web.errors
    assert live_web.stats()["process"]["actions"] > 0


def test_no_get_changes_anything(live_web: Web, login: Mapping[str, str]) -> None:
    """An action has no answer to a GET, also for who is logged in."""
    for name in ("pause", "resume", "pace", "cancel-orders"):
        assert live_web.get(f"/api/actions/{name}", **login).status == 405
