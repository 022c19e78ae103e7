"""The update of an existing instance: another file, other packages or settings."""

import sys

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.ctl.strategies.fitting import Fitted, Wanted, fitted
from tradestack.ctl.strategies.instances import require_instance, traders_of
from tradestack.ctl.strategies.source_file import copy_of
from tradestack.runtime.supervisor.units import property_of_unit

CONFIG_MODE = 0o644
# Of a unit that was started and not stopped by hand: "failed" is what a bad file led to.
_STARTED = ("active", "activating", "reloading", "refreshing", "failed")


def update(installation: Installation, instance: str, wanted: Wanted, *, restart: bool) -> None:
    """Change the instance, then restart it if it runs or has failed.

    Raises OperatorFault, StrategyUnfit; then nothing has changed.
    """
    config_file = require_instance(installation, instance)
    before = config_file.read_text(encoding="utf-8")
    with fitted(installation, instance, wanted, before, str(config_file)) as new:
        if new.text == before and not _is_other_code(installation, instance, new):
            say(f"nothing has changed: {instance} trades by this already")
            return
        new.put_in_place(installation, instance)
        if new.text != before:
            write_secret(config_file, new.text, mode=CONFIG_MODE, like=config_file)
    for name in new.left_out:
        say(f"{config_file}: left out the parameter {name}, which the strategy does not have")
    traders = [instance, *traders_of(installation, copy_of(installation, instance))]
    restarted = _restarted(installation, sorted(set(traders))) if restart else []
    for name in restarted:
        say(f"{name} trades from the head of the feed with the new code")
    if instance not in restarted:
        unit = f"tradestack-strategy@{instance}"
        say(f"updated {instance}, which does not run; to start it: systemctl enable --now {unit}")


def say(text: str) -> None:
    """Print what was done."""
    print(text, file=sys.stderr)


def _is_other_code(installation: Installation, instance: str, new: Fitted) -> bool:
    if new.staged_copy is None:
        return False
    copy = copy_of(installation, instance)
    return not copy.exists() or copy.read_bytes() != new.staged_copy.read_bytes()


def _restarted(installation: Installation, instances: list[str]) -> list[str]:
    if not installation.has_systemd():
        return []
    started = [name for name in instances if _is_started(installation, name)]
    if started:
        units = [f"tradestack-strategy@{name}.service" for name in started]
        installation.run_systemctl("restart", *units)
    return started


def _is_started(installation: Installation, instance: str) -> bool:
    unit = f"tradestack-strategy@{instance}.service"
    return property_of_unit(installation.systemctl, unit, "ActiveState") in _STARTED
