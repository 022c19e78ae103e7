"""What an order manager shows while an account waits for the end of the one before."""

from pathlib import Path

from tests.daemons.tradestack_order_manager.executing import market
from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register
from tests.kit.tape_order_manager import TapeOrderManager

NEWER_SESSION = "3DAA200001"


def test_the_account_before_is_shown_while_one_waits_for_its_end(tmp_path: Path) -> None:
    """With `account = "carry"`, until the feed session before has ended, and after a kill too."""
    manager = TapeOrderManager(tmp_path)
    execution = {"model": "tape", "default_size": "0", "account": "carry"}
    manager.configure(execution=execution)
    feed = manager.feed(FEED_SESSION)
    feed.trade(10, 100)
    manager.start()
    client = manager.client("news")
    client.send(market("held", feed_seq=1))
    client.receive(2)
    following = manager.feed(NEWER_SESSION)
    following.trade(5, 100)
    client.send(a_register(feed_session=NEWER_SESSION))
    client.receive(1)

    def told() -> tuple[list[str], list[str]]:
        reply = manager.call("ListAccounts")
        assert reply["unavailable"] == []
        positions = manager.call("ListPositions")["positions"]
        return (
            [account["feed_session"] for account in reply["accounts"]],
            [position["quantity"] for position in positions],
        )

    assert told() == ([FEED_SESSION], ["10"])
    manager.kill()
    manager.start()
    assert told() == ([FEED_SESSION], ["10"])
    feed.end()
    manager.stats_when(lambda _: told() == ([NEWER_SESSION], ["10"]))
    manager.close()
