"""The sidecar of the session that was being published is removed, cut or overwritten."""

from pathlib import Path

import pytest

from tests.kit.gateway import Gateway


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is missing"),
        ("", "is not a sidecar"),
        ('{"format": 2, "session_id": "x", "start_time_ns": 1, "sources": {}}', "is that of"),
        ('{"format": 3}', "has format 3"),
    ],
)
def test_the_start_is_refused_until_an_operator_decides(
    tmp_path: Path, content: str | None, words: str
) -> None:
    """To begin another session in silence would publish, and trade, everything again."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")
        session = gateway.start()["session"]
        gateway.client().read(10)
        gateway.kill()
        sidecar = gateway.state / f"{session}.json"
        sidecar.unlink() if content is None else sidecar.write_text(content)

        gateway.launch()

        assert gateway.wait() == 78
        assert f"{sidecar}: {words}" in gateway.errors
        (tmp_path / "elsewhere").mkdir()
        for path in gateway.state.glob(f"{session}.*"):
            path.rename(tmp_path / "elsewhere" / path.name)
        assert gateway.start()["session"] != session
