"""A changed configuration, as a running daemon takes it over."""

from collections.abc import Sequence
from typing import Any

from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target, assert_one_line
from tests.fuzz.targets.settings import CONFIGS
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import Reload, describe_config, load_config, reload_of
from tradestack.runtime.config.running import RunningConfig


def reload(data: bytes) -> None:
    """Check that each key of a changed file holds when its declaration says so.

    A change that is refused, by an OperatorFault of one line, changes nothing.
    """
    config_type, _ = CONFIGS[(data[:1] or b"\0")[0] % len(CONFIGS)]
    first, _, second = data[1:].partition(b"\0")
    try:
        configs = [
            load_config(config_type, scratch_file("config.toml", text)) for text in (first, second)
        ]
    except OperatorFault:
        return  # the target `config` looks at these
    before, after = map(describe_config, configs)
    running: RunningConfig[Any] = RunningConfig(configs[0], {})
    applied: list[Any] = []
    try:
        running.reload(configs[1], applied.append)
    except OperatorFault as fault:
        assert_one_line(str(fault), length_max=10_000)
        assert (running.describe(), running.pending(), applied) == (before, {}, [])
        return
    reloads = {name: reload_of(config_type, name) for name in before}
    assert running.describe() == _held(before, after, reloads, {Reload.AT_ONCE})
    assert running.pending().keys() == {
        name
        for name, holds in reloads.items()
        if holds is not Reload.AT_ONCE and before[name] != after[name]
    }
    running.session_began()
    at_a_session = {Reload.AT_ONCE, Reload.NEXT_SESSION}
    assert running.describe() == _held(before, after, reloads, at_a_session)
    assert running.names_waiting_for(Reload.NEXT_SESSION) == []
    for name, value in describe_config(applied[0]).items():
        assert value == (before if reloads[name] is Reload.RESTART else after)[name]


def _held(
    before: dict[str, object],
    after: dict[str, object],
    reloads: dict[str, Reload],
    holding: set[Reload],
) -> dict[str, object]:
    return {name: (after if reloads[name] in holding else before)[name] for name in before}


def _seeds() -> Sequence[bytes]:
    gateway = b'listen = "localhost:9"\npace = "60x"\nat_end = "hold"\n'
    manager = (
        b'symbols = ["SPY"]\norder_qty_max = "10.5"\ndurability = "disk"\nlisten = "[::1]:9"\n'
    )
    strategy = b'strategy = "news"\nquantity = 10\nuser = "news"\nstart = "session"\n'
    changed = [
        gateway.replace(b"hold", b"end-session").replace(b"60x", b"max").replace(b":9", b":8"),
        manager.replace(b"disk", b"os").replace(b"SPY", b"IBM").replace(b":9", b":8"),
        strategy.replace(b"10", b"11").replace(b'"session"', b'"now"'),
    ]
    pairs = zip((gateway, manager, strategy), changed, strict=True)
    return [
        bytes([index]) + text + b"\0" + other
        for index, (text, replaced) in enumerate(pairs)
        for other in (replaced, text + b'log_level = "debug"\n')
    ]


TARGETS = (Target("reload", reload, _seeds, length_max=1_024),)
