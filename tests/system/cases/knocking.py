"""many clients that log in without pause, while something happens → how each attempt ended.

They are nobody's: every server answers them with a rejection, which costs it a whole login.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CLIENTS_A_PORT = 8
PATIENCE_SECONDS = 60
KNOCK = """
import json, socket, sys, threading
login = (47).to_bytes(2, "big") + b"Lnobodywrong     " + b" " * 10 + b"1".rjust(20)
counts, lock, stopped = {"answered": 0, "cut": 0, "refused": 0}, threading.Lock(), threading.Event()

def attempt(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=float(sys.argv[2])) as server:
            server.sendall(login)
            return "answered" if server.makefile("rb").read(3)[2:] == b"J" else "cut"
    except ConnectionRefusedError:
        return "refused"
    except ConnectionError:
        return "cut"

def knock(port):
    while not stopped.wait(0.01):
        outcome = attempt(port)
        with lock:
            counts[outcome] += 1

ports = [8999, 8998] * int(sys.argv[1])
threads = [threading.Thread(target=knock, args=(port,)) for port in ports]
for thread in threads:
    thread.start()
sys.stdin.read()
stopped.set()
for thread in threads:
    thread.join()
print(json.dumps(counts))
"""


@dataclass(slots=True)
class Knocks:
    """Attempts so far as they are known: when the knocking is over.

    cut: connected, and then closed without an answer.
    """

    answered: int = 0
    cut: int = 0
    refused: int = 0


@contextmanager
def knocking() -> Iterator[Knocks]:
    """On both ports, until the block is left; its Knocks are then filled in."""
    knocks = Knocks()
    command = [sys.executable, "-c", KNOCK, str(CLIENTS_A_PORT), str(PATIENCE_SECONDS)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as knocker:
        try:
            yield knocks
        finally:
            counts = json.loads(knocker.communicate(timeout=2 * PATIENCE_SECONDS)[0])
            knocks.answered, knocks.cut = counts["answered"], counts["cut"]
            knocks.refused = counts["refused"]
