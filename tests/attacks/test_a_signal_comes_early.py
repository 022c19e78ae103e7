"""A reload is requested while a daemon is only just starting."""

import os
import signal
import subprocess
import sys
from pathlib import Path


def test_while_it_reads_its_config(tmp_path: Path) -> None:
    """It neither ends nor loses the request: what was changed meanwhile is applied."""
    config, changed = tmp_path / "gateway.toml", tmp_path / "changed.toml"
    os.mkfifo(config)
    (tmp_path / "users").touch()
    keys = (
        f'listen = "127.0.0.1:0"\nsource = "random-walk"\nusers_file = "{tmp_path / "users"}"\n'
        f'control_socket = "{tmp_path / "control"}"\nstate_directory = "{tmp_path / "state"}"\n'
        f'segment_suffix = "-test-{os.getpid()}-early"\n'
    )
    changed.write_text(keys + 'log_level = "debug"\n')
    command = [sys.executable, "-m", "tradestack_gateway", "--config", str(config)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as daemon:
        with config.open("w") as pipe:  # opened when the daemon has opened its end
            daemon.send_signal(signal.SIGHUP)
            changed.rename(config)
            pipe.write(keys)

        assert daemon.stderr is not None
        lines = []
        for line in daemon.stderr:
            lines.append(line)
            if "reloaded" in line:
                break
        daemon.terminate()

    assert "reloaded" in lines[-1], lines
    assert daemon.returncode == 0
