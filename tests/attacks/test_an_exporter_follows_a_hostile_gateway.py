"""The gateway that an exporter follows is none: the id of its session would name a stream."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.kit.exporter import Exporter
from tests.kit.gateway import Gateway
from tests.kit.nats import NatsServers
from tests.kit.upstream_port import Upstream, a_tick
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.engine.connection import connect
from tradestack.engine.stream import stream_names


@pytest.mark.parametrize("session", ["A > B", "a.b.c.d.e", "*"])
async def test_its_session_is_named_like_a_subject(tmp_path: Path, session: str) -> None:
    """No stream is made; the exporter ends, and its log has the words for it."""
    for name in ("gateway", "exporter"):
        (tmp_path / name).mkdir()
    with (
        NatsServers(tmp_path) as servers,
        closing(Upstream()) as upstream,
        Gateway(tmp_path / "gateway") as gateway,
        Exporter(tmp_path / "exporter", gateway, servers) as exporter,
    ):
        exporter.configure(feed="{}:{}".format(*upstream.address))
        exporter.launch()
        upstream.answer(session, a_tick())

        assert exporter.wait() == EXIT_STATUS_OPERATOR_FAULT
        assert f"its feed session has the id {session!r}" in exporter.errors
        async with await connect(servers.settings()) as connection:
            assert not await stream_names(connection, "")
