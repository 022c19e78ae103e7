"""Tests of JSON objects that a record holds as they are."""

import msgspec
import pytest

from tradestack.trading.execution.model import ExecutionModel
from tradestack.wire.journal.raw_values import decode_raw


def test_an_object_is_its_value() -> None:
    """Also one that is still a part of a decoded record."""
    content = b'{"seed":7}'

    assert decode_raw(content, ExecutionModel) == ExecutionModel(seed=7)
    assert decode_raw(msgspec.Raw(content), ExecutionModel) == ExecutionModel(seed=7)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"seed":"7"}', b'{"seed":-1}', b"\xff", b'{"x":' + b"[" * 100_000],
)
def test_what_is_no_such_object_is_refused(content: bytes) -> None:
    """By a ValueError, also where it is nested deeper than can be read."""
    with pytest.raises(ValueError, match=r"\w"):
        decode_raw(content, ExecutionModel)
