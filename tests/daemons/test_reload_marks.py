"""The marks (restart) and (next session) in etc/*.toml agree with the declarations of the keys."""

import dataclasses
import re
from pathlib import Path

import pytest

from tradestack.configs.exporter import ExporterConfig
from tradestack.configs.fix import FixConfig
from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.grpc import GrpcConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.configs.web import WebConfig
from tradestack.runtime.config.keys import Reload, reload_of
from tradestack.runtime.config.shared_keys import DaemonConfig

ETC = Path(__file__).parents[2] / "etc"
FILES: dict[str, type[DaemonConfig]] = {
    "exporter.toml": ExporterConfig,
    "fix.toml": FixConfig,
    "gateway.toml": GatewayConfig,
    "grpc.toml": GrpcConfig,
    "order-manager.toml": OrderManagerConfig,
    "strategy/news.toml": StrategyConfig,
    "web.toml": WebConfig,
}
MARKS = {Reload.RESTART: "(restart)", Reload.NEXT_SESSION: "(next session)"}
HEADING = re.compile(r"# ---- .*")
KEY = re.compile(r"#{0,2}(?:(\w+) = .*|\[(\w+)\])")


def marks_of(text: str) -> dict[str, Reload]:
    """Key or table → what its comment says.

    A mark in the comment above a key is for the keys that follow without an empty line, one in a
    heading ("# ---- … ----") for all keys below it.
    """
    heading = paragraph = Reload.AT_ONCE
    marks: dict[str, Reload] = {}
    for line in text.splitlines():
        if not line:
            paragraph = heading
        elif HEADING.fullmatch(line):
            heading = paragraph = mark_in(line) or Reload.AT_ONCE
        elif (key := KEY.fullmatch(line)) is not None:
            marks[key[1] or key[2]] = paragraph
            if key[2]:
                heading = paragraph  # for the keys of this table
        else:
            paragraph = mark_in(line) or paragraph
    return marks


def mark_in(line: str) -> Reload | None:
    """The mark that a comment line has."""
    return next((reload for reload, mark in MARKS.items() if mark in line), None)


@pytest.mark.parametrize("name", FILES)
def test_marks_agree_with_the_declarations(name: str) -> None:
    """Each key in the file is marked as it is declared; keys at once have no mark."""
    config_type = FILES[name]
    body = (ETC / name).read_text().partition("\n\n")[2]  # the file's header explains the marks

    marks = marks_of(body)

    keys = {field.name for field in dataclasses.fields(config_type)} & marks.keys()
    assert keys >= {"log_level", "control_socket"}
    assert {key: marks[key] for key in keys} == {key: reload_of(config_type, key) for key in keys}


def test_marks_are_read_from_comments_and_headings() -> None:
    """The reader of this test understands the files' form."""
    text = (
        "# One. (restart)\n#one = 1\n\n# Two.\ntwo = 2\n\n"
        "# ---- more (next session) ----\n\n# Three.\nthree = 3\n#four = 4\n\n[five]\n"
    )

    assert marks_of(text) == {
        "one": Reload.RESTART,
        "two": Reload.AT_ONCE,
        "three": Reload.NEXT_SESSION,
        "four": Reload.NEXT_SESSION,
        "five": Reload.NEXT_SESSION,
    }
