"""The config of the gateway whose sessions are tested."""

import dataclasses
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.sessions.begun import BAD_ROW
from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tradestack.configs.gateway import AtEnd, GatewayConfig


@pytest.fixture
def config(tmp_path: Path) -> GatewayConfig:
    """A price file of nine good rows and a bad one."""
    prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(9) + BAD_ROW)
    return dataclasses.replace(GatewayConfig(), prices=(str(prices),), at_end=AtEnd.HOLD)
