"""The tables of the specifications, and the picture of the layers: they are those of the code."""

import enum
import inspect
import json
import re
import tomllib
from typing import get_args

import msgspec
import pytest

from tests.kit.documents import (
    BOOKS,
    CONTRIBUTING,
    JOURNAL,
    PROTOCOL,
    ROOT,
    json_names,
    table_rows,
)
from tradestack.domain.order import CxlRejReason, ExecRestatementReason, OrdRejReason
from tradestack.store.shared_memory import segment
from tradestack.wire import order_messages
from tradestack.wire.feed import TICK_PACKET
from tradestack.wire.journal import order_journal
from tradestack.wire.soup import PacketType


def test_layers_are_those_of_the_import_contract() -> None:
    """CONTRIBUTING.md shows the layers of pyproject.toml, in their order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    text = CONTRIBUTING.read_text()
    picture = text.partition("lib/tradestack ═")[2].partition("\n\n")[0]
    shown = re.findall(r"^      ([a-z]+(?: │ [a-z]+)?)  ", picture, re.M)
    pure = set(re.findall(r"^      ([a-z]+) +PURE ", picture, re.M))

    assert [name.replace("│", "|") for name in shown] == contracts["contracts"][0]["layers"]
    (contract,) = (each for each in contracts["contracts"] if each["name"].startswith("pure "))
    modules = [name.split(".") for name in contract["source_modules"]]
    packages = {name for top, name, *rest in modules if top == "tradestack" and not rest}
    assert pure == packages


def test_tick_layout_is_that_of_the_code() -> None:
    """PROTOCOL.md gives offset and size of each field of a tick."""
    described = [
        (int(offset), int(size))
        for offset, size, *_ in table_rows(PROTOCOL, "offset", within="## 2. Feed")
    ]

    fields = TICK_PACKET.fields
    assert fields is not None
    coded = sorted((offset, dtype.itemsize) for dtype, offset, *_ in fields.values())
    assert described == coded
    assert sum(size for _, size in described) == TICK_PACKET.itemsize


def test_packet_types_are_those_of_the_code() -> None:
    """PROTOCOL.md has each packet type, and no other."""
    described = {cells[0].strip("`") for cells in table_rows(PROTOCOL, "type")}

    assert described == {chr(packet_type) for packet_type in PacketType}


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("### NewOrderSingle", order_messages.NewOrderSingle),
        ("### OrderCancelRequest", order_messages.OrderCancelRequestMessage),
        ("### OrderCancelReplaceRequest", order_messages.OrderCancelReplaceRequestMessage),
        ("### OrderMassCancelRequest", order_messages.OrderMassCancelRequestMessage),
        ("### OrderStatusRequest", order_messages.OrderStatusRequestMessage),
        ("### ExecutionReport", order_messages.ExecutionReportMessage),
        ("### OrderCancelReject", order_messages.OrderCancelRejectMessage),
        ("### OrderMassCancelReport", order_messages.OrderMassCancelReportMessage),
    ],
)
def test_message_fields_are_those_of_the_code(heading: str, message: type[msgspec.Struct]) -> None:
    """PROTOCOL.md has each field of the message by its name in JSON, and no other."""
    described = [
        name
        for cells in table_rows(PROTOCOL, "field", within=heading)
        for name in cells[0].split(", ")
    ]

    assert sorted(described) == sorted(["MsgType", *json_names(message)])


def test_register_fields_are_those_of_the_code() -> None:
    """PROTOCOL.md describes the fields of Register and Registered."""
    rows = table_rows(PROTOCOL, "field", within="### Register and Registered")

    described = {name for cells in rows for name in cells[0].split(", ")}

    assert described == {
        *json_names(order_messages.Register),
        *json_names(order_messages.Registered),
    }


def test_business_message_reject_is_that_of_the_code() -> None:
    """PROTOCOL.md names each field of BusinessMessageReject."""
    text = PROTOCOL.read_text().partition("### BusinessMessageReject")[2].partition("\n### ")[0]

    assert all(f"{name} (" in text for name in json_names(order_messages.BusinessMessageReject))


@pytest.mark.parametrize("reasons", [OrdRejReason, CxlRejReason, ExecRestatementReason])
def test_reasons_are_those_of_the_code(reasons: type[enum.StrEnum]) -> None:
    """PROTOCOL.md explains each reason, and no other, with the number beside it in the code."""
    described = {cells[0].strip("`"): cells[1] for cells in table_rows(PROTOCOL, reasons.__name__)}

    coded = re.findall(r"^    (\w+) = .*  # (\d+)", inspect.getsource(reasons), re.M)
    assert {name for name, _ in coded} == set(reasons)
    assert described == dict(coded)


def test_progress_and_matched_through_are_those_of_the_code() -> None:
    """PROTOCOL.md shows both with the fields that they have."""
    text = PROTOCOL.read_text().partition("### Progress and MatchedThrough")[2]

    for message in (order_messages.Progress, order_messages.MatchedThrough):
        shown = re.search(rf'{{"MsgType":"{message.__name__}",.*}}', text)
        assert shown is not None
        assert list(json.loads(shown[0])) == ["MsgType", *json_names(message)]


def test_journal_records_are_those_of_the_code() -> None:
    """JOURNAL.md has each record of the order journal with its fields."""
    described = {
        cells[0].strip("`"): cells[1].split(", ") for cells in table_rows(JOURNAL, "Record")
    }

    coded = {
        record.__name__.removesuffix("Record"): [
            order_messages.fix_name(name) for name in record.__struct_fields__
        ]
        for record in get_args(order_journal.Record)
    }
    assert described == coded


def test_header_of_a_book_is_that_of_the_code() -> None:
    """BOOKS.md has each integer of a segment's header."""
    described = {
        int(number)
        for cells in table_rows(BOOKS, "header integer")
        for number in cells[0].split(", ")
    }

    slots = {value for name, value in vars(segment).items() if name.startswith("SLOT_")}
    assert described == slots | {segment.SLOT_SESSION + 1}  # an id takes two
