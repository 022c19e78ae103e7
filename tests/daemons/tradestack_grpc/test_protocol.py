"""tradestack.proto: what is generated is of today's text, and says what the domain says."""

import enum
import os
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor import EnumDescriptor

from tests.kit.documents import ROOT
from tradestack.domain import order as words
from tradestack_grpc.protocol import tradestack_pb2 as pb

DIRECTORY = ROOT / "daemons/tradestack_grpc/protocol"
GENERATED = ("tradestack_pb2.py", "tradestack_pb2.pyi")
OF_ORDERS = [
    each for each in pb.DESCRIPTOR.enum_types_by_name.values() if hasattr(words, each.name)
]


def test_generated_modules_are_of_this_text(tmp_path: Path) -> None:
    """WRITE_PROTOCOL=1 writes them again."""
    output = ROOT / "daemons" if os.environ.get("WRITE_PROTOCOL") else tmp_path
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'daemons'}"]
    command += [
        f"--python_out={output}",
        f"--pyi_out={output}",
        str(DIRECTORY / "tradestack.proto"),
    ]
    subprocess.run(command, check=True)

    for name in GENERATED:
        written = (output / "tradestack_grpc/protocol" / name).read_text()
        assert (DIRECTORY / name).read_text() == written, "WRITE_PROTOCOL=1 writes them again"


@pytest.mark.parametrize("described", OF_ORDERS, ids=lambda described: described.name)
def test_the_words_are_those_of_the_domain(described: EnumDescriptor) -> None:
    """In its order, with 0 for a word that is not set; BusinessRejectReason has one more."""
    word_type: type[enum.StrEnum] = getattr(words, described.name)
    first, *others = [value.name for value in described.values]
    prefix = first.removesuffix("UNSPECIFIED")

    assert first == f"{prefix}UNSPECIFIED"
    extra = [f"{prefix}OTHER"] if described.name == "BusinessRejectReason" else []
    assert others == [f"{prefix}{word.name}" for word in word_type] + extra


def test_all_enums_of_orders_are_compared() -> None:
    """The others are of ticks and sessions."""
    names = set(pb.DESCRIPTOR.enum_types_by_name)

    assert names - {each.name for each in OF_ORDERS} == {"Aggressor", "SessionEnd", "TickKind"}
