"""Nothing can be created, replaced or removed any more in the gateway's state directory."""

import os
import shutil
from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.gateway import Gateway
from tradestack.wire.varlink import VarlinkError

TICKS = 50_000
# Root may write everywhere, but not without this capability.
AS_OTHERS = (
    "import os, sys; os.execvp('setpriv', ['setpriv', '--bounding-set=-dac_override', "
    "sys.executable, '-m', 'tradestack_gateway', *sys.argv[1:]])"
)


@pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="setpriv is not installed"
)
def test_a_command_that_fails_leaves_the_session_as_it_was(tmp_path: Path) -> None:
    """After a kill it goes on at the next number: nothing is published twice."""
    with Gateway(tmp_path) as gateway:
        prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(TICKS))
        gateway.configure(prices=prices, pace="5000/s", at_end="hold", sessions_kept=1)
        gateway.start(("-c", AS_OTHERS) if os.geteuid() == 0 else ())
        first = gateway.stats()["session"]
        reader = gateway.client(first)
        session = gateway.call("NewSession")["session"]
        client = gateway.client()
        gateway.state.chmod(0o500)
        try:
            with pytest.raises(VarlinkError, match="SourceRefused"):
                gateway.call("NewSession")
            gateway.call("Pause")
            gateway.call("Resume")
            reader.close()  # the last reader of a session that is not kept
            client.read(1_000)
            assert gateway.stats()["session"] == session
        finally:
            gateway.state.chmod(0o700)
        assert "a restart now would lose the pace or pause just set" in gateway.errors
        gateway.stats_when(lambda stats: stats["head"] > 40_000)
        gateway.kill()

        assert gateway.start()["session"] == session
        assert gateway.stats()["source_state"] == "running"
        stats = gateway.stats_when(lambda stats: stats["source_state"] == "ended")
        assert (stats["session"], stats["head"]) == (session, TICKS)
        assert f"session={first} is not served: it cannot be removed" in gateway.errors
        assert [path.stem for path in gateway.state.glob("*.feed")] == [session]
