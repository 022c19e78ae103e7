"""A client by ouch-connect: it logs in as `dummy` and prints what it receives.

Its messages are OUCH 5, which the stack does not accept: only login and heartbeats are tested.
"""

import sys

from links_connect.callbacks import MemoryStoreCallback
from ouch_connect import CltAuto

DEADLINE_S = 120.0

received = MemoryStoreCallback()
with CltAuto(sys.argv[1], received, name="judge") as client:
    assert client.is_connected(io_timeout=DEADLINE_S)
    print(received, flush=True)
