"""The order manager: journals, judges and reports on orders."""
