"""A soak: two runs of a strategy over the same data, and what differs between them.

undisturbed   at pace "max" ─► what it did ─────────────┐
disturbed     at a pace that leaves time for the kills ─┴─► first difference
"""

import argparse
import dataclasses
import random
from collections.abc import Sequence

from tradestack.ctl.soak.comparison import Comparison
from tradestack.ctl.soak.kill_plan import pace_for, plan_kills
from tradestack.ctl.soak.killer import Kill, Killer
from tradestack.ctl.soak.options import SEED_MAX, run_options, up_options
from tradestack.ctl.soak.result import SoakResult
from tradestack.ctl.soak.screen import SoakScreen
from tradestack.ctl.soak.strategy_file import INSTANCE, StrategyFile, strategy_file
from tradestack.ctl.up.child_process import ChildDied
from tradestack.ctl.up.display.progress import StrategyPaused
from tradestack.ctl.up.display.run_counts import RunResult
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.foreground import Errand, checked_config, run_foreground
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault

UNDISTURBED, DISTURBED = "undisturbed", "disturbed"
UNDISTURBED_PACE = "max"


def soak(args: argparse.Namespace, clock: Clock) -> SoakResult:
    """Run the strategy of the options twice, and compare.

    Raises Interrupted, StrategyPaused, ChildDied, OperatorFault, ControlFault.
    """
    with strategy_file(args) as strategy:
        return _Soak(args, strategy, clock).execute()


class _Soak:
    """A soak of a strategy whose configuration is in a file."""

    def __init__(self, args: argparse.Namespace, strategy: StrategyFile, clock: Clock) -> None:
        self._args = args
        self._clock = clock
        self._comparison = Comparison(strategy.user)
        self._options = up_options(args, strategy.path)
        self._config = checked_config(self._options, Screen(is_verbose=args.verbose))

    def execute(self) -> SoakResult:
        """Run twice, and compare."""
        first = self._run_undisturbed()
        messages = first.counts.ticks.total
        if not messages:
            raise OperatorFault("data", "nothing was published", "name files that have valid rows")
        seed = random.randint(0, SEED_MAX) if self._args.seed is None else self._args.seed
        pace = self._args.pace or pace_for(self._args.kills, messages)
        kills, second = self._run_disturbed(seed, messages, pace)
        return SoakResult(
            strategy=self._args.strategy,
            seed=seed,
            kills=kills,
            messages=messages,
            pace=pace,
            undisturbed=self._comparison.undisturbed,
            difference=self._comparison.difference,
            warnings=first.warnings,
            accounts=second.accounts,
        )

    def _run_undisturbed(self) -> RunResult:
        screen = SoakScreen(UNDISTURBED, is_verbose=self._args.verbose)
        errand = Errand(examine=self._comparison.take_undisturbed)
        return self._run(UNDISTURBED, UNDISTURBED_PACE, screen, errand)

    def _run_disturbed(
        self, seed: int, messages: int, pace: str
    ) -> tuple[Sequence[Kill], RunResult]:
        kills = self._args.kills
        screen = SoakScreen(f"kill 0 of {kills:,}", is_verbose=self._args.verbose)

        def on_kill(number: int) -> None:
            screen.phase = f"kill {number:,} of {kills:,}"

        plan = list(plan_kills(seed, kills, messages))
        killer = Killer(INSTANCE, plan, self._clock, on_kill)
        errand = Errand(
            disturb=killer.disturb,
            examine=lambda files: self._comparison.take_disturbed(files, killer.kills),
        )
        done = killer.kills
        try:
            result = self._run(DISTURBED, pace, screen, errand)
        except ChildDied as death:
            raise ChildDied(f"{death}; by itself, {_after(done)}", death.exit_code) from death
        except StrategyPaused as pause:
            raise StrategyPaused(f"{pause}; {_after(done)}") from pause
        return done, result

    def _run(self, name: str, pace: str, screen: SoakScreen, errand: Errand) -> RunResult:
        gateway = {**self._config.gateway, "pace": pace}
        config = dataclasses.replace(self._config, gateway=gateway)
        try:
            return run_foreground(run_options(self._options, name), config, screen, errand)
        except (ChildDied, StrategyPaused):
            screen.show_last()
            raise


def _after(kills: Sequence[Kill]) -> str:
    return f"after {len(kills):,} {'kill' if len(kills) == 1 else 'kills'}"
