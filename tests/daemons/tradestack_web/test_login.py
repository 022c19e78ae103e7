"""Logins: a token that is good once, a cookie that outlives the server, and who may act."""

import json
import os
import pwd

import pytest

from tests.kit.other_user import NOBODY, acting_as, needs_root
from tests.kit.web import Web
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError
from tradestack_web.logins.logins import Logins
from tradestack_web.logins.person import Person
from tradestack_web.logins.tokens import LIFETIME_S, Tokens

SECOND_NS = 1_000_000_000
PERSON = Person(1000, "alice")


def test_a_token_is_good_once(web: Web) -> None:
    """The second login with it is refused, and so is one with what is no token."""
    token = web.token()

    assert web.post("/api/login", {"token": token}).status == 200
    for wrong in (token, "", "x" * 43):
        answer = web.post("/api/login", {"token": wrong})
        assert answer.status in (403, 429)
        assert "set-cookie" not in answer.headers


def test_the_cookie_is_closed(web: Web) -> None:
    """Scripts cannot read it, and no other page's request has it."""
    answer = web.post("/api/login", {"token": web.token()})

    value, *attributes = answer.headers["set-cookie"].split("; ")
    assert value.startswith("tradestack=")
    assert {each.lower() for each in attributes} == {
        "httponly",
        "samesite=strict",
        "path=/",
        "max-age=43200",
    }
    assert value.partition("=")[2] not in answer.body.decode()


def test_a_login_is_of_who_asked_for_the_token(web: Web) -> None:
    """The kernel says who that is; the page shows the name."""
    me = web.get("/api/me", cookie=web.log_in()["cookie"]).json

    assert (me["uid"], me["user"]) == (os.getuid(), pwd.getpwuid(os.getuid()).pw_name)
    assert me["may_act"]
    assert web.get("/api/me").json["user"] is None


def test_a_login_survives_the_server_and_ends_by_a_logout(own_web: Web) -> None:
    """Its cookie is good after a restart; only a digest of it is in a file of the server's own."""
    own_web.start()
    login = own_web.log_in()
    own_web.kill()
    own_web.start()
    assert own_web.get("/api/me", cookie=login["cookie"]).json["csrf"] == login["x_csrf_token"]
    file = own_web.state / "logins.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert login["cookie"].partition("=")[2] not in file.read_text()

    assert own_web.post("/api/logout", {}, **login).status == 200

    assert own_web.get("/api/me", cookie=login["cookie"]).json["user"] is None
    assert own_web.post("/api/logout", {}, **login).error == "login_required"
    assert json.loads(file.read_text()) == []


def test_a_damaged_file_of_logins_ends_all_of_them(own_web: Web) -> None:
    """The server starts all the same, and says so."""
    own_web.start()
    login = own_web.log_in()
    own_web.stop()
    (own_web.state / "logins.json").write_text("[")

    own_web.start()

    assert own_web.get("/api/me", cookie=login["cookie"]).json["user"] is None
    assert "everybody has to log in again" in own_web.errors


@pytest.mark.parametrize("cookie", ["", "tradestack=", "tradestack=x", 'tradestack="\\377"'])
def test_an_action_needs_the_cookie(web: Web, cookie: str) -> None:
    """Without a login nothing is changed."""
    answer = web.post("/api/actions/pause", {}, cookie=cookie, x_csrf_token="x")

    assert (answer.status, answer.error) == (401, "login_required")


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
def test_an_action_needs_the_csrf_token(web: Web, token: str) -> None:
    """The cookie alone changes nothing."""
    login = web.log_in() | {"x_csrf_token": token}

    answer = web.post("/api/actions/pause", {}, **login)

    assert (answer.status, answer.error) == (403, "csrf")


def test_tokens_of_two_logins_differ(web: Web) -> None:
    """The CSRF token of one login is wrong for another."""
    first, second = web.log_in(), web.log_in()

    answer = web.post(
        "/api/actions/pause", {}, cookie=first["cookie"], x_csrf_token=second["x_csrf_token"]
    )

    assert answer.error == "csrf"


@needs_root
def test_an_outsider_gets_no_token(public_web: Web) -> None:
    """The control socket is closed to others, and refuses those who are not in its group."""
    public_web.control.chmod(0o660)
    with acting_as(NOBODY), pytest.raises((ControlFault, PermissionError)):
        public_web.token()

    public_web.control.chmod(0o666)
    with acting_as(NOBODY), pytest.raises(VarlinkError, match="PermissionDenied"):
        public_web.token()


@needs_root
def test_who_has_left_the_group_may_not_act(public_web: Web) -> None:
    """The group is looked at for each action, not only at the login."""
    for path in (public_web.control, public_web.local):
        os.chown(path, 0, NOBODY)
        path.chmod(0o660)
    with acting_as(NOBODY):
        login = public_web.log_in()
    assert public_web.get("/api/me", cookie=login["cookie"]).json["may_act"]

    os.chown(public_web.local, 0, 0)

    assert not public_web.get("/api/me", cookie=login["cookie"]).json["may_act"]
    answer = public_web.post("/api/actions/pause", {}, **login)
    assert (answer.status, answer.error) == (403, "not_allowed")


def test_tries_are_limited_but_not_the_right_one(own_web: Web) -> None:
    """After five wrong tokens more are told to wait; who has a token gets in all the same."""
    own_web.start()
    token = own_web.token()

    answers = [own_web.post("/api/login", {"token": "wrong"}) for _ in range(8)]

    assert [each.status for each in answers[:5]] == [403] * 5
    assert 429 in {each.status for each in answers[5:]}
    late = next(each for each in answers if each.status == 429)
    assert (late.error, late.headers["retry-after"]) == ("too_many_logins", "1")
    assert own_web.post("/api/login", {"token": token}).status == 200
    assert own_web.stats()["process"]["logins_rejected"] == 8


def test_visitors_may_be_shown_nothing(own_web: Web) -> None:
    """With visitors = "nothing" all that tells something needs a login."""
    own_web.configure(visitors="nothing")
    own_web.start()

    for path in ("snapshot", "events", "orders", "orders/1", "fills", "strategies",
                 "strategies/news", "ticks?symbol=SPY", "sessions"):  # fmt: skip
        assert own_web.get(f"/api/{path}").error == "login_required", path
    assert own_web.get("/sessions/3LVL6JWUWE/report").error == "login_required"
    assert own_web.get("/api/me").json["visitors"] == "nothing"
    cookie = own_web.log_in()["cookie"]
    assert own_web.get("/api/sessions", cookie=cookie).status == 200


def test_tokens_end_after_a_minute() -> None:
    """A token that nobody has used is of no use later."""
    tokens = Tokens()
    first, second = tokens.issue(PERSON, 0), tokens.issue(PERSON, 0)

    assert tokens.redeem(first, LIFETIME_S * SECOND_NS - 1) == PERSON
    assert tokens.are_open(LIFETIME_S * SECOND_NS - 1)
    assert tokens.redeem(second, LIFETIME_S * SECOND_NS) is None
    assert not tokens.are_open(LIFETIME_S * SECOND_NS)


def test_logins_end_after_their_lifetime_and_are_bounded(own_web: Web) -> None:
    """The one that ends first makes room for another."""
    own_web.state.mkdir()
    logins = Logins(own_web.state)
    first, *others = [logins.begin(PERSON, 0, (60 + n) * SECOND_NS) for n in range(257)]

    assert logins.find(first, 0) is None
    assert logins.count(0) == 256
    assert logins.find(others[0], 61 * SECOND_NS - 1) is not None
    assert logins.find(others[0], 61 * SECOND_NS) is None
