"""The reports of one account, on their way into its user's stream."""

from tradestack.domain.execution_report import Report
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.report_sink import ReportSink
from tradestack.trading.account.reports import Moment
from tradestack.trading.execution.arrival import visible_time_ns
from tradestack.trading.execution.draws import DrawKey
from tradestack.trading.execution.model import ExecutionModel


class Reporter:
    """Says when reports are made and seen, and hands them to the sink."""

    def __init__(
        self,
        user: str,
        feed_session: str,
        model: ExecutionModel,
        state: AccountState,
        sink: ReportSink,
    ) -> None:
        self._user = user
        self._feed_session = feed_session
        self._model = model
        self._state = state
        self._sink = sink

    def report(self, report: Report) -> None:
        """Hand a report to the sink."""
        self._sink.take(self._user, report)

    def moment(self, made_ns: int, key: DrawKey, sequence: int) -> Moment:
        """Return the moment of the next report; the newest folded message makes it.

        made_ns: feed time at which it is made. key: of the request that it is about. sequence: of
        the trade that makes it, 0 = none does.
        """
        exec_id, transact_time_ns = self._sink.name()
        visible_ns = self.visible_time(made_ns, key, sequence)
        feed_seq = self._state.matched_through
        return Moment(self._feed_session, feed_seq, visible_ns, exec_id, transact_time_ns)

    def moment_again(self) -> Moment:
        """Return the moment of a report that says nothing new: it delays none that follow."""
        exec_id, transact_time_ns = self._sink.name()
        state = self._state
        return Moment(
            self._feed_session,
            state.matched_through,
            state.last_visible_ns,
            exec_id,
            transact_time_ns,
        )

    def visible_time(self, made_ns: int, key: DrawKey, sequence: int = 0) -> int:
        """Return when a report is visible: never before the one ahead of it in the stream."""
        state = self._state
        state.last_visible_ns = visible_time_ns(
            self._model, key, made_ns, state.last_visible_ns, sequence
        )
        return state.last_visible_ns
