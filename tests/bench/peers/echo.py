"""Servers that send back what they receive.

echo blocking|uvloop PORT
"""

import asyncio
import socket
import sys

import uvloop

RECEIVE_BYTES = 1 << 18


def blocking(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)) as listener:
        print("ready", flush=True)
        connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    room = memoryview(bytearray(RECEIVE_BYTES))  # as the client's, allocated once
    while count := connection.recv_into(room):
        connection.sendall(room[:count])


class Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)  # type: ignore[attr-defined]


async def in_loop(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "blocking":
        blocking(int(sys.argv[2]))
    else:
        uvloop.run(in_loop(int(sys.argv[2])))
