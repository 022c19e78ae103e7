"""What was set by command in an earlier run is told when another one goes on in its directory."""

from pathlib import Path

from tests.kit.stack import Stack

LEFT = "as it was left"


def test_what_was_left_is_told_with_the_command_that_changes_it(tmp_path: Path) -> None:
    """A run that is paused would wait without a word."""
    options = ("--state-dir", tmp_path / "s", "--pace", "200/s")
    with Stack(*options) as first:
        assert LEFT not in first.written()
        assert first.ctl("pace", "50/s") == 0
        assert first.ctl("pause") == 0
        assert first.ctl("trading", "halted", "--reason", "a test") == 0
        assert first.ctl("trading", "reducing", "--user", "news", "--reason", "a test") == 0

    with Stack(*options) as second:
        second.wait_for(LEFT, count=4)
        told = [line for line in second.written().splitlines() if LEFT in line]

    command = f"tradestackctl --runtime-dir {tmp_path / 's'}/run"
    assert [line.partition(", as it was left")[0] for line in told] == [
        "the gateway is paused",
        "the pace is 50/s",
        "trading is HALTED for all",
        "trading is REDUCING for 1 user",
    ]
    assert [line.partition(f"{command} ")[2] for line in told] == [
        "resume",
        "pace 200/s",
        "trading active --reason TEXT",
        "trading active --user NAME --reason TEXT",
    ]
