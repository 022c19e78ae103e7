"""Facts about the process for the stats."""

import os
from pathlib import Path

from tests.kit.clock import FakeClock
from tradestack.runtime.process.process_facts import ProcessFacts, read_boot_id, read_pss_bytes

YEAR_2026_NS = 1_767_225_600_000_000_000


def test_age_is_measured_by_the_monotonic_clock() -> None:
    """The start time is that of the wall clock at the beginning."""
    clock = FakeClock(0, wall_offset_ns=YEAR_2026_NS)
    facts = ProcessFacts.begin(clock)

    clock.now_ns = 1_500_000_000
    stats = facts.stats()

    assert stats["start_time"] == "2026-01-01T00:00:00.000000Z"
    assert stats["uptime_s"] == 1.5
    assert stats["pid"] == os.getpid()


def test_memory_is_the_figure_of_the_kernel(tmp_path: Path) -> None:
    """Pss counts, not Pss_Anon and its like; None without the file."""
    rollup = tmp_path / "smaps_rollup"
    rollup.write_text("56 [rollup]\nRss: 9 kB\nPss: 7 kB\nPss_Anon: 3 kB\n")

    assert read_pss_bytes(rollup) == 7168
    assert read_pss_bytes(tmp_path / "none") is None


def test_the_boot_has_the_form_of_systemd_s_specifier(tmp_path: Path) -> None:
    """Hexadecimal digits without dashes, as %b gives them; None where a sandbox hides the file."""
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("0f0e0d0c-0b0a-0908-0706-050403020100\n")

    assert read_boot_id(boot_id) == "0f0e0d0c0b0a09080706050403020100"
    assert read_boot_id(tmp_path / "missing") is None
