"""What an order session takes: how many reports, and orders within which limits."""

from dataclasses import dataclass

from tradestack.trading.risk.limits import RiskLimits

# The part of an order session's reports that one user's malformed messages may have.
MALFORMED_PART = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Limits of an order session, and those that orders are checked against.

    limits: of pre-trade risk. reports_per_session_max: how many reports one order session may have.
    uid: of the process that judges, which changes the trading state at a breach.

    Of the reports a user may have no more than are still free: alone, half of them; a second user
    half of what the first has left, and so on. So none can fill the session for those who come
    later, and it needs no number for each user.
    """

    limits: RiskLimits
    reports_per_session_max: int
    uid: int

    def room(self, reports_of_user: int, reports_count: int) -> int:
        """Return how much the user may add: more reports of the user plus more reports of all."""
        return self.reports_per_session_max - reports_count - reports_of_user

    def malformed_room(self, malformed_of_user: int) -> int:
        """Return how many more malformed messages of the user may have a report."""
        return max(1, self.reports_per_session_max // MALFORMED_PART) - malformed_of_user

    def used_percent(self, reports_of_user: int, reports_count: int) -> int:
        """Return how much of what the user may have is used, or of the session if that is more."""
        reports_max = self.reports_per_session_max
        share = max(1, (reports_max - reports_count + reports_of_user) // 2)
        return max(100 * reports_of_user // share, 100 * reports_count // reports_max)
