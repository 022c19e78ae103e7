"""The three daemons: gateway (CSV → ticks), strategy (→ orders), order_manager (→ reports)."""
