"""The result of a soak, as text and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradestack.ctl.soak.difference import Difference
from tradestack.ctl.soak.killer import Kill
from tradestack.trading.replies.run_accounts import RunAccount
from tradestack.trading.verification.conduct import Conduct


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakResult:
    """Two runs of a strategy, and the first difference between them.

    undisturbed: what the strategy did there; without a difference, the same in both. accounts: what
    the order manager said at the end of the disturbed run, by user.
    """

    strategy: str
    seed: int
    kills: Sequence[Kill]
    messages: int
    pace: str
    undisturbed: Conduct
    difference: Difference | None
    warnings: Sequence[str]
    accounts: Mapping[str, RunAccount]

    @property
    def is_same(self) -> bool:
        """Whether there is no difference."""
        return self.difference is None

    @property
    def kills_at_end(self) -> int:
        """How many kills came when the last message was published: they met no other one."""
        return sum(kill.message >= self.messages for kill in self.kills)

    @property
    def text(self) -> str:
        """The result for people."""
        verdict = "no difference" if self.difference is None else "DIFFERENT"
        conduct = self.undisturbed
        return "".join(
            (
                f"{self.strategy}: {verdict}\n",
                "" if self.difference is None else self.difference.text,
                f"  kills     {len(self.kills):,}, seed {self.seed}\n",
                f"  messages  {self.messages:,}, disturbed at {self.pace}\n",
                f"  requests  {len(conduct.requests):,}\n",
                f"  reports   {len(conduct.reports):,}, of them {conduct.fills:,} fills\n",
                "" if self.kills_at_end <= 1 else self._lateness,
                *(f"  warning: {warning}\n" for warning in self.warnings),
            )
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the object that --json prints."""
        conduct = self.undisturbed
        return {
            "strategy": self.strategy,
            "same": self.is_same,
            "seed": self.seed,
            "kills": len(self.kills),
            "kill_messages": [kill.message for kill in self.kills],
            "kills_at_end": self.kills_at_end,
            "messages": self.messages,
            "pace": self.pace,
            "requests": len(conduct.requests),
            "reports": len(conduct.reports),
            "fills": conduct.fills,
            "accounts": {user: account.as_dict() for user, account in self.accounts.items()},
            "difference": None if self.difference is None else self.difference.as_dict(),
            "warnings": list(self.warnings),
        }

    @property
    def _lateness(self) -> str:
        return (
            f"  warning: {self.kills_at_end:,} of the kills came after the last message, and\n"
            "    prove little: this host is slow or busy; give a slower --pace\n"
        )
