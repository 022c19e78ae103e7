"""argv → ouch-connect → stdout: logs in as dummy, and shows what it was told.

Its messages are OUCH 5, not ours: what it can judge is login and heartbeats.
"""

import sys

from links_connect.callbacks import MemoryStoreCallback
from ouch_connect import CltAuto

DEADLINE_S = 20.0

received = MemoryStoreCallback()
with CltAuto(sys.argv[1], received, name="judge") as client:
    assert client.is_connected(io_timeout=DEADLINE_S)
    print(received, flush=True)
