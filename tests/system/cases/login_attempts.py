"""Clients that continuously try to log in while something else happens.

Their user does not exist: the servers do all the work of a login and answer with a rejection.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CLIENTS_PER_PORT = 8
# The servers check 20 wrong passwords at once, then two a second.
ANSWERED_MIN = 50
ANSWER_SECONDS_MAX = 60
SCRIPT = """
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

def attempt_repeatedly(port):
    while not stopped.wait(0.01):
        outcome = attempt(port)
        with lock:
            counts[outcome] += 1

ports = [8999, 8998] * int(sys.argv[1])
threads = [threading.Thread(target=attempt_repeatedly, args=(port,)) for port in ports]
for thread in threads:
    thread.start()
sys.stdin.read()
stopped.set()
for thread in threads:
    thread.join()
print(json.dumps(counts))
"""


@dataclass(slots=True)
class Attempts:
    """The number of attempts by how they ended; filled in when all clients have stopped.

    cut: connected, then closed without an answer.
    """

    answered: int = 0
    cut: int = 0
    refused: int = 0


@contextmanager
def login_attempts() -> Iterator[Attempts]:
    """Try to log in at both ports until the block ends."""
    attempts = Attempts()
    command = [sys.executable, "-c", SCRIPT, str(CLIENTS_PER_PORT), str(ANSWER_SECONDS_MAX)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as clients:
        try:
            yield attempts
        finally:
            counts = json.loads(clients.communicate(timeout=2 * ANSWER_SECONDS_MAX)[0])
            attempts.answered, attempts.cut = counts["answered"], counts["cut"]
            attempts.refused = counts["refused"]
