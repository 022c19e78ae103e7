"""What an earlier run in the directory has left set by command, and what would change it.

Pause, pace and trading state outlive the daemons: a run may publish or fill nothing for a reason
that lies days back.
"""

import contextlib

from tradestack.ctl.running_daemons import GATEWAY
from tradestack.ctl.up.stack import Stack
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.trading_state import TradingState
from tradestack.domain.units import counted
from tradestack.net.control.client import ControlFault

_PAUSED = "paused"


async def kept_settings(stack: Stack, files: StackFiles) -> list[str]:
    """Return a line for each; none of a stack that does not answer now. Raises ChildDied."""
    with contextlib.suppress(ControlFault):
        stats = await stack.stats()
        configured = (await stack.config_of(GATEWAY))["pace"]
        command = f"tradestackctl --runtime-dir {files.root}/run"
        lines = []
        if stats.gateway["source_state"] == _PAUSED:
            lines.append(f"the gateway is paused, as it was left: {command} resume")
        is_relay = "upstream" in stats.gateway  # whose pace is another gateway's
        if (pace := stats.gateway["pace"]) != configured and not is_relay:
            lines.append(
                f"the pace is {pace}, as it was left, and not {configured}: "
                f"{command} pace {configured}"
            )
        trading = stats.order_manager["trading"]
        if (state := trading["state"]) != TradingState.ACTIVE.name:
            lines.append(
                f"trading is {state} for all, as it was left: "
                f"{command} trading active --reason TEXT"
            )
        lines.extend(
            f"trading is {state} for {counted(users, 'user')}, as it was left: "
            f"{command} trading active --user NAME --reason TEXT"
            for state in (TradingState.HALTED.name, TradingState.REDUCING.name)
            if (users := trading[f"users_{state.lower()}"])
        )
        return lines
    return []
