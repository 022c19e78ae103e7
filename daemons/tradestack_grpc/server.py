"""The gRPC server: its port, its certificate and the limits of its connections."""

import ssl
from collections.abc import Iterable
from pathlib import Path

import grpc

from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address

# An order has some 200 bytes; no client can make the server keep more of a message.
MESSAGE_BYTES_MAX = 65_536
# Connections at a time, with a call or without: a further one is closed. The other descriptors are
# for what the calls need of the servers.
CONNECTIONS_MAX = 512
CONNECTION_CALLS_MAX = 64  # of one connection at a time; a further call waits in the client
HANDSHAKE_TIMEOUT_MS = 10_000
IDLE_MAX_MS = 300_000  # a connection without a call
KEEPALIVE_INTERVAL_MS = 20_000  # after silence, a client is asked whether it is there
KEEPALIVE_TIMEOUT_MS = 10_000
CLIENT_PING_INTERVAL_MIN_MS = 5_000  # a client that asks more often is disconnected

_OPTIONS = [
    ("grpc.so_reuseport", 0),  # another process must not share the port
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_allowed_incoming_connections", CONNECTIONS_MAX),
    ("grpc.max_concurrent_streams", CONNECTION_CALLS_MAX),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_TIMEOUT_MS),
    ("grpc.max_connection_idle_ms", IDLE_MAX_MS),
    ("grpc.keepalive_time_ms", KEEPALIVE_INTERVAL_MS),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", CLIENT_PING_INTERVAL_MIN_MS),
    ("grpc.keepalive_permit_without_calls", 1),
]


def new_server(services: Iterable[grpc.GenericRpcHandler]) -> grpc.aio.Server:
    """Return a server of the services, without a port; it needs a running loop."""
    return grpc.aio.server(handlers=tuple(services), options=_OPTIONS)


def listen(
    server: grpc.aio.Server, address: Address, credentials: grpc.ServerCredentials | None
) -> Address:
    """Bind the port, and return it. Raises OperatorFault if that is not possible."""
    try:
        if credentials is None:
            port = server.add_insecure_port(str(address))
        else:
            port = server.add_secure_port(str(address), credentials)
    except RuntimeError as error:
        raise OperatorFault(
            f"listen: {address}",
            "the address is in use, or not of this host",
            "stop the process that uses this port, or change `listen`",
        ) from error
    return Address(address.host, port)


def tls_credentials(certificate_file: Path, key_file: Path) -> grpc.ServerCredentials:
    """Read certificate chain and key. Raises OperatorFault."""
    certificate, key = _read("certificate_file", certificate_file), _read("key_file", key_file)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            certificate_file, key_file, password=""
        )
    except (ssl.SSLError, OSError) as error:
        raise OperatorFault(
            f"certificate_file: {certificate_file}",
            f"it does not match the key in {key_file}: {error}",
            "set both keys to PEM files that belong together, the key without a password",
        ) from error
    return grpc.ssl_server_credentials([(key, certificate)])


def _read(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise OperatorFault(
            f"{name}: {path}",
            error.strerror or str(error),
            "set the key to a PEM file that the daemon's user can read",
        ) from error
