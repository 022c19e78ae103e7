"""A FIFO, to which nobody writes, is where a config or a command line names a file."""

import os
from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager


@pytest.mark.parametrize("key", ["prices", "sentiment", "users_file"])
def test_a_start_is_refused_in_words(tmp_path: Path, key: str) -> None:
    """It does not wait for a writer."""
    with Gateway(tmp_path) as gateway:
        prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(10))
        os.mkfifo(tmp_path / "fifo")
        gateway.configure(**({"prices": prices} | {key: tmp_path / "fifo"}))
        gateway.launch()

        assert gateway.wait() == 78
        assert f"{tmp_path / 'fifo'}: is a FIFO, not a regular file" in gateway.errors


def test_a_config_is_refused_in_words(tmp_path: Path) -> None:
    """As any other file that cannot be read."""
    with Gateway(tmp_path) as gateway:
        os.mkfifo(tmp_path / "config.toml")
        gateway.launch()

        assert gateway.wait() == 78
        assert "config.toml: is a FIFO, not a regular file" in gateway.errors


def test_a_new_session_is_refused_and_the_old_one_goes_on(tmp_path: Path) -> None:
    """Its file was replaced after the start."""
    with Gateway(tmp_path) as gateway:
        prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(1_000))
        gateway.configure(prices=prices, pace="100/s")
        session = gateway.start()["session"]
        prices.unlink()
        os.mkfifo(prices)

        with pytest.raises(Exception, match="SourceRefused"):
            gateway.call("NewSession")

        assert gateway.stats()["session"] == session
        gateway.client().read(10)


@pytest.mark.parametrize("key", ["users_file", "order_log"])
def test_an_order_manager_is_refused_in_words(tmp_path: Path, key: str) -> None:
    """To write to a FIFO without a reader would wait as well."""
    with OrderManager(tmp_path) as manager:
        os.mkfifo(tmp_path / "fifo")
        manager.configure(**{key: tmp_path / "fifo"})
        manager.launch()

        assert manager.wait() == 78
        assert "is a FIFO, not a regular file" in manager.errors
