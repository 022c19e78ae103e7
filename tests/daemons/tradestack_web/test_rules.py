"""What every request has to be, and what every answer has: host, origin, type, headers."""

import pytest

from tests.kit.web import JSON, Peer, Web

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8997", "[::1]", "[::1]:8997"]
)
def test_names_of_this_host_are_served(web: Web, host: str) -> None:
    """A browser may call the server by any name of the loopback interface, with any port."""
    assert web.get("/api/me", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8997", "localhost.evil.example", "127.0.0.1.evil.example",
     "localhost:x", "localhost@evil.example", "[::1", "192.168.0.1", "0.0.0.0"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/api/snapshot", "/static/app.js", "/nothing"])
def test_another_name_is_refused(web: Web, host: str, path: str) -> None:
    """A page elsewhere that has its own name lead here gets nothing (DNS rebinding)."""
    answer = web.get(path, host=host)

    assert answer.status == 400


def test_a_request_without_host_is_refused(web: Web) -> None:
    """HTTP/1.0 may leave it out; HTTP/1.1 may not, nor give two of them."""
    for head in (
        b"GET /api/me HTTP/1.0\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\n\r\n",
        b"GET /api/me HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    ):
        with web.peer() as peer:
            assert peer.send(head).answer().status == 400


def test_names_of_the_config_are_served_after_a_reload(own_web: Web) -> None:
    """`hosts` adds names, at once."""
    own_web.start()
    assert own_web.get("/api/me", host="desk.example:80").status == 400

    own_web.configure(hosts=["desk.example"])
    own_web.call("io.tradestack.Daemon.Reload")

    assert own_web.get("/api/me", host="desk.example:80").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1"},  # another port is another origin
        {"origin": "http://127.0.0.1:1"},
        {"origin": "", "sec_fetch_site": "cross-site"},
        {"origin": "", "sec_fetch_site": "same-site"},
        {"origin": "", "sec_fetch_site": "none"},
        {"sec_fetch_site": "cross-site"},
        {"origin": "http://evil.example", "sec_fetch_site": "same-origin"},
    ],
)
@pytest.mark.parametrize("path", ["/api/login", "/api/logout", "/api/actions/pause", "/api/me"])
def test_a_post_from_another_page_is_refused(web: Web, path: str, headers: dict[str, str]) -> None:
    """A POST has to say that it is from a page of this server."""
    answer = web.post(path, {"token": "x"}, **headers)

    assert (answer.status, answer.error) == (403, "foreign_origin")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_need_the_origin_too_and_do_nothing(web: Web, method: str) -> None:
    """Whatever is not a safe GET is refused from elsewhere, and has no route from here."""
    assert web.request(method, "/api/me", headers={}).status == 403
    own = {"origin": f"http://{web.host}", "content_type": JSON}
    assert web.request(method, "/api/me", headers=own).status == 405


def test_sec_fetch_site_is_enough(web: Web) -> None:
    """A browser that leaves the origin out says where the request is from all the same."""
    answer = web.post("/api/login", {"token": "x"}, origin="", sec_fetch_site="same-origin")

    assert answer.error == "login_refused"


def test_a_form_is_refused(web: Web) -> None:
    """What a form of any page can send without asking is not JSON."""
    for content_type in ("", "text/plain", "application/x-www-form-urlencoded"):
        answer = web.post("/api/login", {"token": "x"}, content_type=content_type)
        assert (answer.status, answer.error) == (415, "unsupported_type")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/api/me", 200), ("/api/nothing", 404), ("/nothing", 404), ("/static/..", 404),
     ("/static/%2e%2e%2fservice.py", 404), ("/assets/..%2f..%2fpy.typed", 404),
     ("/api/orders?count=x", 400), ("/api/orders", 502), ("/sessions/x/report", 404)],
)  # fmt: skip
def test_every_answer_has_the_headers(web: Web, path: str, status: int) -> None:
    """Errors as well: a strict policy, no sniffing, no referrer, no cache, no other origin."""
    answer = web.get(path, origin="http://evil.example")

    assert answer.status == status
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "server" not in answer.headers


def test_the_unix_socket_is_served_by_the_same_rules(web: Web) -> None:
    """It is what `ssh -L` leads to; a browser's Host has the port of the other computer."""
    with Peer(str(web.local)) as peer:
        peer.send(b"GET /api/me HTTP/1.1\r\nHost: localhost:8080\r\n\r\n")
        assert peer.answer().json["visitors"] == "read"
        peer.send(b"GET /api/me HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert peer.answer().status == 400
