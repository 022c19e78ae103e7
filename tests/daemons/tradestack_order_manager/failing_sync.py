"""An order manager whose disk fails at a sync."""

FAILING_SYNC = """
import tradestack_order_manager.__main__ as program
from tradestack.store.journal import Journal

real_sync = Journal.sync
calls = iter(range(100))

def sync(journal):
    # The header and the first order reach the disk, the second order does not.
    if next(calls) >= 2:
        raise OSError(5, "Input/output error")
    real_sync(journal)

Journal.sync = sync
program.main()
"""
