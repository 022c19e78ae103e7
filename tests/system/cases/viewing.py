"""The page: started by the first look, logged in to by operators, gone when nobody looks."""

import json
import pwd
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.system.cases.harness import attempt, case, eventually, sh, state, stats
from tests.system.cases.permissions import OPERATOR, OUTSIDER, as_user

PAGE = "http://127.0.0.1:8997"
SERVICE = "tradestack-web.service"
SOCKETS = ("tradestack-web.socket", "tradestack-web-local.socket", "tradestack-web-control.socket")
CONFIG = Path("/etc/tradestack/web.toml")
SECONDS_MAX = 60


def look(path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    """Ask the server; return the status and the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers |= {"Content-Type": "application/json", "Origin": PAGE}
    request = urllib.request.Request(f"{PAGE}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS_MAX) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        content = error.read()
        return error.code, json.loads(content) if content.startswith(b"{") else content


@case()
def a_look_starts_the_page() -> None:
    """systemd holds the port; the server comes with the first connection, and shows the stack."""
    assert state(SERVICE) == "inactive"

    status, snapshot = look("/api/snapshot")

    assert status == 200, snapshot
    assert state(SERVICE) == "active"
    assert snapshot["stats"]["faults"] == {}, snapshot["stats"]["faults"]
    assert snapshot["stats"]["gateway"]["daemon"] == "gateway"
    assert snapshot["prices"]["prices"]
    assert look("/api/snapshot", Host="evil.example")[0] == 400


@case()
def the_sandbox_lets_it_tell_what_became_of_an_order() -> None:
    """`tradestackctl why` runs within it; a report is made, or what it needs is named."""
    status, story = look("/api/orders/1")
    assert status == 200, story
    assert story["order_id"] == 1
    session = stats()["gateway"]["session"]
    status, answer = attempt_report(session)
    assert status == 200 or b"not installed" in answer, (status, answer)


def attempt_report(session: str) -> tuple[int, bytes]:
    """Ask for the report of a session; return the status and the document."""
    try:
        with urllib.request.urlopen(f"{PAGE}/sessions/{session}/report") as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@case()
def operators_log_in_and_outsiders_look() -> None:
    """Who is in the group gets an address and may act, logged with the uid; others only see."""
    shown = as_user(OUTSIDER, "tradestackctl", "web")
    assert "permission denied" in shown, shown
    assert look("/api/actions/pause", {})[0] == 401
    address = as_user(OPERATOR, "tradestackctl", "web").splitlines()[0]
    page, _, token = address.partition("#login=")
    assert page == f"{PAGE}/", address

    request = urllib.request.Request(
        f"{PAGE}/api/login",
        json.dumps({"token": token}).encode(),
        {"Content-Type": "application/json", "Origin": PAGE},
    )
    with urllib.request.urlopen(request) as answer:
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        me = json.load(answer)
    headers = {"Cookie": cookie, "X-CSRF-Token": me["csrf"]}

    assert (me["user"], me["may_act"]) == (OPERATOR, True), me
    assert look("/api/actions/pause", {}, **headers)[0] == 200
    assert stats()["gateway"]["source_state"] == "paused"
    assert look("/api/actions/resume", {}, **headers)[0] == 200
    entries = sh("journalctl", "--no-pager", "-o", "cat", "-u", SERVICE)
    assert f"action=pause uid={pwd.getpwnam(OPERATOR).pw_uid} user={OPERATOR}" in entries, entries


@case()
def it_leaves_when_nobody_looks() -> None:
    """After idle_exit without a connection the service ends, and the next look starts it again."""
    before = CONFIG.read_text()
    CONFIG.write_text(before + '\nidle_exit = "1s"\n')
    sh("systemctl", "reload", SERVICE)

    eventually(SECONDS_MAX, "the page leaves", lambda: state(SERVICE) == "inactive")
    assert state(SERVICE, "Result") == "success"
    assert [state(unit) for unit in SOCKETS] == ["active"] * 3
    assert look("/api/me")[0] == 200
    CONFIG.write_text(before)
    sh("systemctl", "restart", SERVICE)


@case()
def a_config_that_is_wrong_closes_its_sockets() -> None:
    """No look starts it again and again; as soon as it is right, a start opens them."""
    before = CONFIG.read_text()
    CONFIG.write_text(before + "\nnonsense = 1\n")
    attempt("systemctl", "restart", SERVICE)
    eventually(
        SECONDS_MAX,
        "the sockets are closed",
        lambda: [state(unit) for unit in SOCKETS] == ["inactive"] * 3,
    )
    assert state(SERVICE) == "failed"
    CONFIG.write_text(before)

    sh("systemctl", "start", SERVICE)

    assert [state(unit) for unit in SOCKETS] == ["active"] * 3
    assert look("/api/me")[0] == 200
