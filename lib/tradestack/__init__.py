"""What tradestack's daemons share, low to high: domain < wire < store | net < runtime < ctl."""
