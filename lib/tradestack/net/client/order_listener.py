"""The consumer of an order session."""

from tradestack.wire.close_reason import Close
from tradestack.wire.orders import ServerMessage


class OrderListener:
    """What happens in an order session; a subclass overrides what it needs."""

    def on_connected(self) -> None:
        """Handle a login; messages that were not seen yet follow, then new ones."""

    def on_message(self, message: ServerMessage) -> None:
        """Handle a message of the order manager, in the loop pass in which it arrived."""

    def on_received(self, sequence: int) -> None:
        """Handle that `on_message` has handled the sequenced message of that number.

        Messages that are not sequenced have no part in this.
        """

    def on_heartbeat(self) -> None:
        """Handle that a heartbeat is due; what is sent now goes with it."""

    def on_room(self) -> None:
        """Resume sending after OutgoingFull."""

    def on_disconnected(self, close: Close) -> None:
        """Handle the loss of the order manager; the client reconnects by itself."""

    def on_session_ended(self, session_id: str) -> None:
        """Handle the end of an order session: what it has not reported was not taken."""

    def on_session_lost(self, session_id: str) -> None:
        """Handle the loss of an order session: what it had not reported stays unknown."""
