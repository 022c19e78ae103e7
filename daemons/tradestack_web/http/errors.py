"""Errors of the HTTP interface: a status, a word for programs, a text and a remedy for people."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

JSON_TYPE = "application/json; charset=utf-8"
_WORDS = {404: "not_found", 405: "method_not_allowed"}

_encoder = msgspec.json.Encoder()


class ApiError(Exception):
    """A request that is answered by an error; retry_after_s: when it may be tried again."""

    def __init__(
        self, status: int, error: str, message: str, remedy: str = "", *, retry_after_s: int = 0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.message = message
        self.remedy = remedy
        self.retry_after_s = retry_after_s

    def response(self) -> Response:
        """Return the answer."""
        words = {"error": self.error, "message": self.message, "remedy": self.remedy}
        headers = {"retry-after": str(self.retry_after_s)} if self.retry_after_s else {}
        return json_response(words, self.status, headers)


def json_response(
    value: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Return an answer in JSON."""
    return Response(_encoder.encode(value), status, headers, JSON_TYPE)


async def answer_api_error(_request: Request, error: Exception) -> Response:
    """Answer a request whose handler raised ApiError."""
    assert isinstance(error, ApiError)
    return error.response()


async def answer_http_error(_request: Request, error: Exception) -> Response:
    """Answer a request for which there is no route."""
    assert isinstance(error, HTTPException)
    word = _WORDS.get(error.status_code, "invalid_request")
    response = ApiError(error.status_code, word, str(error.detail)).response()
    response.headers.update(error.headers or {})
    return response


async def answer_fault(_request: Request, _error: Exception) -> Response:
    """Answer a request whose handler failed; the guard logs why."""
    message, remedy = "a fault of the server", "see its log: journalctl -u tradestack-web"
    return ApiError(500, "fault", message, remedy).response()
