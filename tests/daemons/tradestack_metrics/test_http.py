"""Requests for the metrics: which are understood, and what others are told."""

from http import HTTPStatus

import pytest

from tradestack_metrics.http import Refused, encode_answer, parse_request

HOSTS = {"localhost", "127.0.0.1", "[::1]"}


def request(line: str, *headers: str) -> bytes:
    """A request, up to its empty line."""
    return "\r\n".join([line, *headers, "", ""]).encode("latin-1")


@pytest.mark.parametrize(
    "head",
    [
        request("GET /metrics HTTP/1.1", "Host: 127.0.0.1:9898"),
        request("GET /metrics HTTP/1.0", "host: LOCALHOST"),
        request("GET /metrics?format=x HTTP/1.1", "Host:[::1]:9898", "Content-Length: 0"),
        request("GET /metrics HTTP/1.1", "Host: localhost", "X-Any: \xe9\t"),
    ],
)
def test_the_metrics_can_be_read(head: bytes) -> None:
    """Under each name of this host, with or without the port."""
    parsed = parse_request(head, HOSTS)

    assert parsed.wants_body
    assert parsed.accept == ""


def test_head_wants_no_body_and_accept_may_be_in_parts() -> None:
    """Several headers of a name are one list."""
    head = request("HEAD /metrics HTTP/1.1", "Host: localhost", "Accept: a/b", "accept: c/d;q=0.1")

    parsed = parse_request(head, HOSTS)

    assert (parsed.wants_body, parsed.accept) == (False, "a/b,c/d;q=0.1")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (b"\x16\x03\x01\r\n\r\n", HTTPStatus.BAD_REQUEST),
        (request("GET /metrics HTTP/2.0", "Host: localhost"), HTTPStatus.BAD_REQUEST),
        (request("GET /me trics HTTP/1.1", "Host: localhost"), HTTPStatus.BAD_REQUEST),
        (request("GET /metrics HTTP/1.1"), HTTPStatus.BAD_REQUEST),
        (
            request("GET /metrics HTTP/1.1", "Host: localhost", "Host: localhost"),
            HTTPStatus.BAD_REQUEST,
        ),
        (request("GET /metrics HTTP/1.1", "Host: localhost", "no header"), HTTPStatus.BAD_REQUEST),
        (
            request("GET /metrics HTTP/1.1", "Host: localhost", " folded: x"),
            HTTPStatus.BAD_REQUEST,
        ),
        (
            request("GET /metrics HTTP/1.1", "Host: localhost", "Content-Length: 5"),
            HTTPStatus.BAD_REQUEST,
        ),
        (
            request("GET /metrics HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked"),
            HTTPStatus.BAD_REQUEST,
        ),
        (request("GET /metrics HTTP/1.1", "Host: evil.example:9898"), HTTPStatus.FORBIDDEN),
        (request("GET /metrics HTTP/1.1", "Host: localhost.evil.example"), HTTPStatus.FORBIDDEN),
        (request("GET /metrics HTTP/1.1", "Host: 127.0.0.1.evil.example"), HTTPStatus.FORBIDDEN),
        (request("GET /metrics HTTP/1.1", "Host: 127.0.0.1:9898:1"), HTTPStatus.FORBIDDEN),
        (request("GET / HTTP/1.1", "Host: localhost"), HTTPStatus.NOT_FOUND),
        (request("GET /metrics/ HTTP/1.1", "Host: localhost"), HTTPStatus.NOT_FOUND),
        (
            request("GET http://localhost/metrics HTTP/1.1", "Host: localhost"),
            HTTPStatus.NOT_FOUND,
        ),
        (request("POST /metrics HTTP/1.1", "Host: localhost"), HTTPStatus.METHOD_NOT_ALLOWED),
        (request("OPTIONS /metrics HTTP/1.1", "Host: localhost"), HTTPStatus.METHOD_NOT_ALLOWED),
    ],
)
def test_anything_else_is_refused(head: bytes, status: HTTPStatus) -> None:
    """The name of the host comes first: a foreign one learns nothing."""
    with pytest.raises(Refused) as refused:
        parse_request(head, HOSTS)

    assert refused.value.status is status


def test_an_answer_ends_the_connection_and_is_not_kept() -> None:
    """Its length is that of the bytes; HEAD has the same header and no body."""
    answer = encode_answer(HTTPStatus.OK, "text/plain", "→\n")
    head, _, body = answer.partition(b"\r\n\r\n")

    assert head.split(b"\r\n") == [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/plain",
        b"Content-Length: 4",
        b"Cache-Control: no-store",
        b"X-Content-Type-Options: nosniff",
        b"Connection: close",
    ]
    assert body == "→\n".encode()
    assert encode_answer(HTTPStatus.OK, "text/plain", "→\n", wants_body=False) == (
        head + b"\r\n\r\n"
    )
    assert b"Allow: GET, HEAD\r\n" in encode_answer(HTTPStatus.METHOD_NOT_ALLOWED, "a", "")
