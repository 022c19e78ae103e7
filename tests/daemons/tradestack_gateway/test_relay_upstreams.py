"""A relay whose upstreams refuse it, are away, follow the relay itself, or come back."""

from pathlib import Path

from tests.daemons.tradestack_gateway.test_relay import WALK, address_of, chain, follow
from tests.kit.daemon import PASSWORD
from tests.kit.gateway import USER, Gateway
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.observe.families import families_of
from tradestack.observe.metrics import undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack_gateway.program import PROGRAM

__all__ = ["chain"]  # a fixture

NOBODY = "127.0.0.1:1"  # where nothing listens


def password_of(relay: Gateway) -> Path:
    """Return the file that `follow` has written."""
    return relay.directory / "password"


def test_an_upstream_that_refuses_the_user_is_passed_over(chain: list[Gateway]) -> None:
    """The one that knows the user is followed; when none does, all of them are named."""
    first, stranger, relay = chain
    for gateway in (first, stranger):
        gateway.configure(**WALK, pace="2000/s")
    stranger.write_users("nobody")
    session = first.start()["session"]
    stranger.start()
    follow(relay, stranger, first)

    stats = relay.start()
    assert (stats["session"], stats["upstream"]["connected_to"]) == (session, address_of(first))
    assert f"address={address_of(stranger)} reason=login rejected" in relay.errors

    relay.kill()
    first.kill()
    first.write_users("nobody")
    first.start()
    for path in relay.state.iterdir():
        path.unlink()
    relay.launch()
    assert relay.wait() == EXIT_STATUS_OPERATOR_FAULT
    both = "; ".join(
        f"{address_of(each)}: login rejected: not authorized" for each in (stranger, first)
    )
    assert both in relay.errors


def test_a_loop_is_left_for_an_upstream_outside_of_it(chain: list[Gateway]) -> None:
    """All relays of the loop learn of it, and each goes on to the next of its addresses."""
    first, second, third = chain
    first.configure(**WALK, pace="2000/s")
    first.start()
    second.start()
    third.start()
    third.wait_for_head(100)
    second.kill()
    follow(second, third, first)
    second.start()  # the third answers, which is the first of its list

    third.wait_for_head(first.stats()["head"] + 100)
    assert second.stats()["upstream"]["connected_to"] == address_of(first)
    third.stats_when(lambda stats: stats["source_fault"] is None)
    assert "a loop (" in second.errors + third.errors
    assert "this gateway" in second.errors + third.errors


def test_a_relay_says_that_it_is_cut_off(chain: list[Gateway]) -> None:
    """Since when, from which gateway and why; how far behind it is, nobody knows then."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s")
    first.start()
    relay.start()
    near = relay.stats_when(lambda stats: stats["upstream"]["lag"] is not None)["upstream"]
    first.kill()
    cut_off = relay.stats_when(lambda stats: stats["upstream"]["fault"] is not None)
    away = cut_off["upstream"]
    first.start()
    back = relay.stats_when(lambda stats: stats["upstream"]["fault"] is None)["upstream"]

    assert (near["connected_to"], near["fault"], near["away_s"]) == (address_of(first), None, 0.0)
    assert (away["connected_to"], away["lag"]) == (None, None)
    assert away["away_s"] > 0.0
    assert (back["connected_to"], back["away_s"]) == (address_of(first), 0.0)
    declared = PROGRAM.metrics + OF_EVERY_DAEMON
    assert [*undeclared(declared, cut_off)] == []
    families = families_of("gateway", {}, declared, cut_off, {})
    assert "upstream_away_seconds" in [family.short_name for family in families]


def test_a_corrected_password_is_taken_without_a_restart(chain: list[Gateway]) -> None:
    """The refusal is logged once, and what the relay has is served meanwhile."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s")
    session = first.start()["session"]
    relay.start()
    relay.wait_for_head(10)
    first.kill()
    password_of(relay).write_text("wrong")
    first.start()
    head = relay.stats_when(lambda stats: stats["source_fault"] is not None)["head"]
    assert len(relay.client(session).read(10)) == 10
    assert "login rejected" in relay.stats()["source_fault"]
    password_of(relay).write_text("")  # while it is being edited
    relay.wait_for_words("the password stays as it was")
    password_of(relay).write_text(PASSWORD)

    relay.wait_for_head(head + 10)
    assert relay.errors.count("login rejected by server") == 1


def test_a_relay_that_waits_for_its_first_session_says_why(chain: list[Gateway]) -> None:
    """Nobody can ask it, as it is not ready: its log has the address and the reason."""
    _, relay, _ = chain
    relay.configure(
        source="relay",
        upstream=NOBODY,
        upstream_user=USER,
        password_file=password_of(relay),
    )
    relay.launch()
    relay.wait_for_words(f"no feed session yet: waiting for the feed of {NOBODY}")

    assert "Connect call failed" in relay.errors


def test_a_password_that_no_login_can_have_is_the_operators_fault(chain: list[Gateway]) -> None:
    """Another file was named by mistake."""
    _, relay, _ = chain
    password_of(relay).write_text("root:x:0:0:root:/root:/bin/bash")
    relay.launch()

    assert relay.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "password" in relay.errors
    assert "Traceback" not in relay.errors


def test_sessions_that_nobody_followed_are_counted(chain: list[Gateway]) -> None:
    """They began and ended while the relay was down: its clients will not see them."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s", sessions_kept=1)
    session = first.start()["session"]
    relay.start()
    relay.wait_for_head(10)
    relay.kill()
    skipped, present = (first.call("NewSession")["session"] for _ in range(2))
    relay.start()
    stats = relay.stats_when(lambda stats: stats["upstream"]["sessions_skipped"])

    assert (stats["session"], stats["upstream"]["sessions_skipped"]) == (present, 1)
    assert f"session={present} comes after {session} here" in relay.errors
    assert f"had {skipped} in between" in relay.errors
    following = first.call("NewSession")["session"]
    relay.stats_when(lambda stats: stats["session"] == following and stats["head"] > 10)
    assert relay.stats()["upstream"]["sessions_skipped"] == 1
