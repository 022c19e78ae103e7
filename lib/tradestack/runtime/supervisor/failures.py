"""Why a daemon does not run, as systemd knows it."""

from collections.abc import Sequence

from tradestack.runtime.supervisor.units import address_of_unit, property_of_unit

FAILED = "failed"


def failure_of(systemctl: Sequence[str], name: str) -> str:
    """Return in what unit of a daemon failed, and how to see it; "" if none did, or is known.

    name: of its control socket, as in `gateway` and `strategy-news`.
    """
    if not systemctl:
        return ""
    kind, dash, instance = name.partition("-")
    unit = f"{kind}@{instance}" if kind == "strategy" and dash else name
    service, port = f"tradestack-{unit}.service", f"tradestack-{unit}.socket"
    if property_of_unit(systemctl, port, "ActiveState") == FAILED:
        place = address_of_unit(systemctl, port) or "its address"
        log = " ".join(["journalctl", *systemctl[1:], "-e", "-u", port])
        return f"{port} could not be opened at {place}: see {log}"
    if property_of_unit(systemctl, service, "ActiveState") == FAILED:
        status = property_of_unit(systemctl, service, "ExecMainStatus")
        return f"it failed with status {status}: see {' '.join(systemctl)} status {service}"
    return ""
