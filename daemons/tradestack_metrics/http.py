"""The part of HTTP/1.1 that a scrape needs: one GET without a body, one answer, then the close.

Pure: bytes of a request → `Request`, answer → bytes.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus

PATH = "/metrics"
HEAD_BYTES_MAX = 8 << 10  # of a request; Prometheus sends some 300
_REQUEST_LINE = re.compile(rb"([A-Z]+) ([\x21-\x7e]+) HTTP/1\.[01]")
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
_PORT = re.compile(r":\d{1,5}$")


@dataclass(frozen=True, slots=True)
class Request:
    """What a request for the metrics asks for."""

    accept: str
    wants_body: bool  # GET, not HEAD


class Refused(Exception):
    """A request that is not answered; the text says why, and what to do."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


def parse_request(head: bytes, hosts: Collection[str]) -> Request:
    """Parse a request up to its empty line, which has to name one of these hosts. Raises Refused.

    A page that has its own name lead to this address cannot read the answer: its browser sends
    that name.
    """
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    request_line = _REQUEST_LINE.fullmatch(first)
    if request_line is None:
        raise Refused(HTTPStatus.BAD_REQUEST, "this is no HTTP/1.1 request")
    headers = _parse_headers(lines)
    _check_host(headers, hosts)
    method, target = (part.decode("ascii") for part in request_line.groups())
    if target.partition("?")[0] != PATH:
        raise Refused(HTTPStatus.NOT_FOUND, f"the metrics are at {PATH}")
    if method not in ("GET", "HEAD"):
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, f"{PATH} can only be read")
    if "transfer-encoding" in headers or headers.get("content-length", ["0"]) != ["0"]:
        raise Refused(HTTPStatus.BAD_REQUEST, "a request for the metrics has no body")
    return Request(",".join(headers.get("accept", ())), method == "GET")


def encode_answer(
    status: HTTPStatus, content_type: str, text: str, *, wants_body: bool = True
) -> bytes:
    """Encode an answer, after which the connection is closed."""
    body = text.encode()
    allow = "Allow: GET, HEAD\r\n" if status is HTTPStatus.METHOD_NOT_ALLOWED else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        f"Content-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"{allow}"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + (body if wants_body else b"")


def _parse_headers(lines: Sequence[bytes]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for line in lines:
        header = _HEADER.fullmatch(line)
        if header is None:
            raise Refused(HTTPStatus.BAD_REQUEST, "a line of the request is no header")
        name, value = (part.decode("latin-1") for part in header.groups())
        headers.setdefault(name.lower(), []).append(value)
    return headers


def _check_host(headers: dict[str, list[str]], hosts: Collection[str]) -> None:
    named = headers.get("host", [])
    if len(named) != 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "the request has to name one host")
    host = _PORT.sub("", named[0]).lower()
    if host not in hosts:
        text = f"the host {host} is not known here: ask for localhost, or start with --allow-host"
        raise Refused(HTTPStatus.FORBIDDEN, text)
