"""The socket unit of a port: the address it has, and the drop-in that gives it another one."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address, parse_address
from tradestack.runtime.supervisor.units import address_of_unit, property_of_unit

DROP_IN = "port.conf"  # kept with the configuration by install.sh --uninstall, if not --purge
DROP_IN_MODE = 0o644
TEXT = """\
# Written by tradestackctl set-port. An empty ListenStream= takes back the unit's own address.
[Socket]
ListenStream=
ListenStream={address}
"""
_LISTEN_STREAM = re.compile(r"^ListenStream=(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PortUnit:
    """The socket unit `name` of an installation."""

    installation: Installation
    name: str

    def address(self) -> Address:
        """Return the address that systemd has for it. Raises OperatorFault."""
        text = address_of_unit(self.installation.systemctl, self.name)
        try:
            return parse_address(text or "")
        except ValueError:
            raise OperatorFault(
                self.name,
                "this unit is not installed, or does not have exactly one TCP address",
                "install tradestack first (./install.sh), or remove other drop-ins of this unit",
            ) from None

    def own_address(self) -> Address | None:
        """Return the address in the installed unit, without drop-ins; None if that has not one."""
        path = property_of_unit(self.installation.systemctl, self.name, "FragmentPath")
        try:
            (text,) = _LISTEN_STREAM.findall(Path(path).read_text(encoding="utf-8"))
            return parse_address(text)
        except (OSError, ValueError):
            return None

    @property
    def drop_in(self) -> Path:
        """The file that `set_address` writes, or removes."""
        return self.installation.units / f"{self.name}.d" / DROP_IN

    def set_address(self, address: Address) -> str:
        """Give it another address, and systemd knowledge of that; return what was done to a file.

        Raises OperatorFault, also if another drop-in of the unit has the last word; OSError.
        """
        path = self.drop_in
        require_own(path.parent)
        if address == self.own_address():
            path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it may have other drop-ins, or not exist
                path.parent.rmdir()
            done = f"removed {path}: this is the address of {self.name} itself"
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_secret(path, TEXT.format(address=address), mode=DROP_IN_MODE)
            path.chmod(DROP_IN_MODE)  # regardless of the umask: it contains no secret
            done = f"wrote {path}"
        self.installation.run_systemctl("daemon-reload")
        if self.address() != address:
            raise OperatorFault(
                self.name,
                f"another drop-in still gives it the address {self.address()}",
                f"see `systemctl cat {self.name}`, and remove that one",
            )
        return done
