"""The checks of every request before a handler sees it: its host, and the origin of a POST."""

from collections.abc import Collection

from starlette.datastructures import Headers

from tradestack_web.http.errors import ApiError

HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
BODY_BYTES_MAX = 16 * 1024
_JSON = "application/json"


def check_request(method: str, headers: Headers, hosts: Collection[str]) -> None:
    """Raise ApiError for a request that no handler may see; hosts: names besides HOSTS.

    Another name than ours means that a page from elsewhere had its own name lead here; another
    origin, that such a page sends the request.
    """
    host = headers.get("host", "")
    if host_name(host) not in HOSTS and host_name(host) not in hosts:
        remedy = "use localhost or 127.0.0.1, or add the name to the config key `hosts`"
        raise ApiError(400, "invalid_host", f"not a name of this server: {host[:100]!r}", remedy)
    if method in SAFE_METHODS:
        return
    if not is_same_origin(headers, host):
        remedy = "send the header Origin: http://HOST:PORT with the name by which it is called"
        raise ApiError(403, "foreign_origin", "the request comes from another page", remedy)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise ApiError(415, "unsupported_type", f"the body is not declared as {_JSON}")
    length = headers.get("content-length", "0")
    if len(length) > 9 or int(length) > BODY_BYTES_MAX:  # h11 has checked that they are digits
        raise too_large()


def host_name(host: str) -> str:
    """Host header → name in lower case, "" if it is none."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        name, port = host, "0"
    return name.lower() if port.isascii() and port.isdigit() else ""


def is_same_origin(headers: Headers, host: str) -> bool:
    """Return whether a page of this server sends the request, or a program that says so."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is None and origin is None:
        return False
    is_ours = origin is None or origin.lower() in {
        f"{scheme}://{host.lower()}" for scheme in ("http", "https")
    }
    return is_ours and site in (None, "same-origin")


def too_large() -> ApiError:
    """Return the error for a body above the limit."""
    return ApiError(413, "too_large", f"the body has more than {BODY_BYTES_MAX:,} bytes")
