"""The section [nats] of three daemons: keys that have to agree."""

import pytest

from tradestack.configs.exporter import ExporterConfig
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.keys import parse_config


def parsed(**keys: object) -> ExporterConfig:
    return parse_config(ExporterConfig, {"nats": keys}, source="exporter.toml")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"servers": ["nats://h:4222"], "user": "a"}, "nats.password_file: is not set"),
        ({"servers": ["nats://h:4222"], "password_file": "/a"}, "nats.user: is not set"),
        ({"servers": []}, "nats.servers: is empty"),
        (
            {"servers": ["nats://h:4222"], "ca_file": "/ca.pem"},
            "nats.ca_file: .* TLS: none begins with tls://; write tls://",
        ),
    ],
)
def test_keys_that_contradict_each_other_are_named(keys: dict[str, object], words: str) -> None:
    """Also certificates that no server would be asked for."""
    with pytest.raises(OperatorFault, match=f"exporter.toml: {words}"):
        parsed(**keys)


def test_some_of_the_servers_may_be_spoken_to_in_clear() -> None:
    """A leaf node on the same host needs no TLS."""
    servers = ("nats://127.0.0.1:4222", "tls://h:4222")

    assert parsed(servers=list(servers), ca_file="/ca.pem").nats.servers == servers
