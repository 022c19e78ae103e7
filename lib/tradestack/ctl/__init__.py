"""tradestackctl, the operator's command."""
