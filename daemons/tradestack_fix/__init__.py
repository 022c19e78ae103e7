"""The daemon tradestack-fix: FIX 4.4 order entry in front of the order manager."""
