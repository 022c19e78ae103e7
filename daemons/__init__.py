"""The three daemons: gateway (CSV → ticks), strategy (ticks → orders), order_manager (orders → reports)."""
