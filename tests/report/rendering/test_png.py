"""Pictures by matplotlib, which is only needed for them."""

import struct
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.kit.full_disk import full_disk, needs_root
from tests.report.sample import sample
from tradestack.domain.faults import OperatorFault
from tradestack.report.rendering.png import DOTS_PER_INCH, SIZE_INCHES, render_png
from tradestack.report.values.series import Series

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height of a picture, in pixels."""
    content = picture.read_bytes()
    assert content.startswith(SIGNATURE)
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def test_a_picture_of_each_chart(tmp_path: Path) -> None:
    """Equity, drawdown, exposure, prices and the waterfall, of one size and named for them."""
    written = render_png(sample(size=60, text="$x_"), tmp_path / "new" / "pictures")

    assert [path.stem for path in written] == [
        *("equity", "drawdown", "exposure", "equity-by-user"),
        *(f"price-{number}" for number in range(6)),
        "waterfall",
    ]
    expected = tuple(round(inches * DOTS_PER_INCH) for inches in SIZE_INCHES)
    assert {size_of(path) for path in written[:-1]} == {expected}
    assert size_of(written[-1])[0] == expected[0]


def test_there_is_no_picture_of_nothing(tmp_path: Path) -> None:
    """A session without prices and accounts has the waterfall only."""
    report = msgspec.structs.replace(sample(size=1), series=Series(equity=(), prices=()))

    assert [path.name for path in render_png(report, tmp_path)] == ["waterfall.png"]


@needs_root
def test_a_full_disk_is_named_with_the_picture(tmp_path: Path) -> None:
    """No part of a picture is left."""
    with full_disk(tmp_path) as disk:
        with pytest.raises(OperatorFault, match=r"\.png: no space is left; make room on its disk"):
            render_png(sample(size=60), disk / "pictures")

        assert list((disk / "pictures").iterdir()) == []


def test_without_matplotlib_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault has the command; nothing is written."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(OperatorFault, match=r" -m pip install 'matplotlib>="):
        render_png(sample(size=1), tmp_path / "pictures")

    assert not (tmp_path / "pictures").exists()


def test_html_needs_neither_matplotlib_nor_polars() -> None:
    """The document is made without them: nothing imports what it does not use."""
    program = (
        "import sys\n"
        "import tradestack.report.rendering.html, tradestack.report.rendering.markdown\n"
        "import tradestack.report.rendering.png\n"
        "print(sorted({'matplotlib', 'polars'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
