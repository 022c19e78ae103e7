"""What all users have lost and done together → the trading state of all."""

from tradestack.trading.account.risk.risk_view import account_view
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.risk.after_fill import act_of, after_fill
from tradestack.trading.risk.judge_risk import Part


def judge_all_users(judgement: Judgement) -> None:
    """Change the state of all users if they have broken a limit together."""
    limits = judgement.rules.limits
    total = limits.total
    if not (total.max_daily_loss or total.max_drawdown or total.repeated_execution_limit.count):
        return
    for account in judgement.everybody():
        view = account_view(account, "", judgement.everybody)
        for breach in after_fill(view, limits, Part.ACROSS_ACCOUNTS).breaches:
            act = act_of(breach)
            assert act is not None, "a breach without effect is not found"
            judgement.set_state(act)
