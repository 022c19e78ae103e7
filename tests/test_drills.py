"""Each drill of the manual is a test."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.kit.documents import MANUAL, ROOT

TESTS = ROOT / "tests"
RELAYS = "daemons/tradestack_gateway/test_relay.py"
REPLICATION = "daemons/tradestack_order_manager/replication"
CAMPAIGN = "faults/test_hosts_campaign.py::test_several_hosts_have_one_feed_and_one_journal"
SEVERAL_SERVERS = "net/client/test_several_servers.py"
DRILLS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "tradestack-hosts": {
        "One host.": [
            "system/cases/failing.py::sigkill_under_load_refuses_no_connection",
            "faults/test_campaign.py::test_nothing_is_lost_and_nothing_happens_twice",
        ],
        "A cable is pulled": [
            "interop/test_tunnel.py::test_a_pulled_cable_loses_nothing",
            CAMPAIGN,
        ],
        "A relay's host is lost.": [
            f"{RELAYS}::test_a_relay_goes_on_at_another_gateway_of_the_same_feed",
            f"{SEVERAL_SERVERS}::test_a_feed_goes_on_at_the_other_server_without_loss_or_repetition",
            f"{SEVERAL_SERVERS}::test_a_server_that_falls_silent_is_left_for_the_other_one",
        ],
        "The host of the first gateway is lost.": [
            f"{RELAYS}::test_kills_of_anything_leave_a_common_prefix",
        ],
        "Its disk is lost as well.": [
            f"{RELAYS}::test_a_session_that_the_upstream_serves_no_more_is_not_taken_for_complete",
        ],
        "The host of the order manager is lost": [CAMPAIGN],  # and the topic that it names
    },
    "tradestack-replication": {
        "The primary's host is lost.": [
            f"{REPLICATION}/test_takeover.py::"
            "test_orders_survive_the_death_of_the_primary_under_load",
            f"{REPLICATION}/test_takeover.py::test_a_silent_primary_is_replaced",
        ],
        "It comes back.": [
            f"{REPLICATION}/test_takeover.py::test_the_old_primary_comes_back_as_a_standby",
        ],
        "Moving on purpose": [
            f"{REPLICATION}/test_takeover.py::"
            "test_the_verb_shows_who_is_the_primary_and_lets_the_standby_take_over",
        ],
        "The standby is cut off": [
            f"{REPLICATION}/test_cut_off.py::"
            "test_a_standby_at_a_leader_that_is_cut_off_takes_nothing_over",
        ],
        "The standby's disk is full.": [
            f"{REPLICATION}/test_standby.py::test_a_standby_that_has_no_space_waits_for_it",
        ],
        "Another program writes into the stream.": [
            f"{REPLICATION}/test_standby.py::test_messages_of_other_programs_are_passed_over",
        ],
        "The primary only hangs": [
            f"{REPLICATION}/test_takeover.py::"
            "test_a_primary_that_was_stopped_acknowledges_nothing_after_the_takeover",
        ],
        "One server of the stream is lost.": [
            f"{REPLICATION}/test_outages.py::test_the_death_of_any_server_loses_nothing",
        ],
        "Two of three are lost.": [
            f"{REPLICATION}/test_outages.py::"
            "test_an_order_whose_outcome_is_unknown_is_answered_when_it_is_known",
            f"{REPLICATION}/test_outages.py::"
            "test_no_standby_takes_over_while_the_stream_cannot_be_read",
            f"{REPLICATION}/test_roll_over.py::"
            "test_no_order_session_begins_while_the_stream_stores_nothing",
        ],
        "The stream has lost messages": [
            f"{REPLICATION}/test_cut_off.py::"
            "test_a_stream_that_has_lost_messages_is_said_and_stops_both",
        ],
        "The journal on the disk lacks its end": [
            f"{REPLICATION}/test_local_journal.py::test_what_a_power_cut_has_taken_is_fetched",
        ],
        "Journal and stream differ.": [
            f"{REPLICATION}/test_local_journal.py::test_a_difference_stops_the_start",
            f"{REPLICATION}/test_local_journal.py::"
            "test_records_that_the_stream_has_lost_stop_the_start",
            f"{REPLICATION}/test_takeover.py::test_the_verb_compares_journals_and_stream",
        ],
    },
}


def drills_in(topic: Path) -> list[str]:
    """Return the names of the drills of a topic."""
    section = re.search(r"^## Drills\n(.*?)^## ", topic.read_text(), re.M | re.S)
    return [] if section is None else re.findall(r"^- \*\*(.+?)\*\*", section[1], re.M)


@pytest.mark.parametrize("topic", sorted(MANUAL.glob("*.md")), ids=lambda path: path.stem)
def test_each_drill_is_a_test(topic: Path) -> None:
    """A drill that comes is to be tested, and one that goes leaves no test to nothing."""
    assert drills_in(topic) == list(DRILLS.get(topic.stem, {}))


@pytest.mark.parametrize(
    "name",
    sorted({each for drills in DRILLS.values() for tests in drills.values() for each in tests}),
)
def test_each_test_of_a_drill_is_there(name: str) -> None:
    """It has the name by which it is listed."""
    path, _, function = name.partition("::")

    assert re.search(rf"^(async )?def {function}\(", (TESTS / path).read_text(), re.M)
