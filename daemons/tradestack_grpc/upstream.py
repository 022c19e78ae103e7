"""The upstream of a service: addresses, and what a login there needs."""

from dataclasses import dataclass

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack_grpc.calls import Context
from tradestack_grpc.credentials import credentials_of


@dataclass(frozen=True, slots=True)
class Upstream:
    """The servers of a service, tried in turn; server_users: as in Credentials."""

    addresses: tuple[Address, ...]
    server_users: tuple[str, ...]
    clock: Clock

    def credentials_of(self, context: Context) -> Credentials:
        """Return the credentials of a call. Raises CallEnd UNAUTHENTICATED if there are none."""
        return credentials_of(context.invocation_metadata() or (), self.server_users)
