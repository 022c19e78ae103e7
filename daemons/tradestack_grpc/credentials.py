"""The user and password of a call, from its metadata "authorization", as in HTTP's Basic scheme."""

import base64
import binascii
from collections.abc import Iterable

import grpc

from tradestack.net.client.login import Credentials
from tradestack.wire.soup import PASSWORD_LENGTH_MAX, USER_LENGTH_MAX
from tradestack_grpc.call_end import CallEnd

KEY = "authorization"
SCHEME = "basic "
NEEDED = 'the call needs the metadata "authorization: Basic BASE64(user:password)"'


def credentials_of(
    metadata: Iterable[tuple[str, str | bytes]], server_users: tuple[str, ...]
) -> Credentials:
    """Return the credentials of a call. Raises CallEnd UNAUTHENTICATED if there are none."""
    values = [value for key, value in metadata if key == KEY]
    if len(values) != 1 or not isinstance(value := values[0], str):
        raise _refusal(NEEDED)
    if not value.lower().startswith(SCHEME):
        raise _refusal(NEEDED)
    try:
        text = base64.b64decode(value[len(SCHEME) :], validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise _refusal(f"{NEEDED}: what follows Basic is not the base64 of ASCII") from None
    user, colon, password = text.partition(":")
    if not (colon and text.isprintable() and 0 < len(user) <= USER_LENGTH_MAX):
        raise _refusal(f"{NEEDED}, with a user of 1 to {USER_LENGTH_MAX} characters")
    if len(password) > PASSWORD_LENGTH_MAX:
        raise _refusal(f"a password has at most {PASSWORD_LENGTH_MAX} characters")
    return Credentials(user, password, server_users)


def _refusal(text: str) -> CallEnd:
    return CallEnd(grpc.StatusCode.UNAUTHENTICATED, text)
