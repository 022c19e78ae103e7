"""A reload is requested while a daemon is only just starting."""

import os
import subprocess
import sys
from pathlib import Path

# The config changes when it has been read, and the signal comes before the event loop runs.
SIGNALLED_EARLY = """
import os, signal, sys
import tradestack.runtime.main as life
from tradestack_gateway.__main__ import main

read_config = life.read_config

def load_and_change(config_type, path):
    file = read_config(config_type, path)
    path.with_name("changed.toml").rename(path)
    os.kill(os.getpid(), signal.SIGHUP)
    return file

life.read_config = load_and_change
main()
"""


def test_while_it_reads_its_config(tmp_path: Path) -> None:
    """It neither ends nor loses the request: what was changed meanwhile is applied."""
    config, changed = tmp_path / "gateway.toml", tmp_path / "changed.toml"
    (tmp_path / "users").touch()
    keys = (
        f'listen = "127.0.0.1:0"\nsource = "random-walk"\nusers_file = "{tmp_path / "users"}"\n'
        f'control_socket = "{tmp_path / "control"}"\nstate_directory = "{tmp_path / "state"}"\n'
        f'segment_suffix = "-test-{os.getpid()}-early"\n'
    )
    config.write_text(keys)
    changed.write_text(keys + 'log_level = "debug"\n')
    command = [sys.executable, "-c", SIGNALLED_EARLY, "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        assert daemon.stderr is not None
        lines = []
        for line in daemon.stderr:
            lines.append(line)
            if "reloaded" in line:
                break
        daemon.terminate()

    assert "reloaded" in lines[-1], lines
    assert daemon.returncode == 0
