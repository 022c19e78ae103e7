"""import: the gateway's own check, the copy, and the line for its config."""

import gzip
from pathlib import Path

import pytest

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

PRICES = "timestamp,symbol,price\n2026-01-05T14:30:00Z,SPY,600.25\n"
SENTIMENT = "timestamp,symbol,sentiment\n2026-01-05T14:30:00Z,SPY,61\n"
Output = pytest.CaptureFixture[str]


def import_file(tmp_path: Path, file: Path, *arguments: str) -> int:
    (tmp_path / "state").mkdir(exist_ok=True)
    return run(["import", str(file), "--state-dir", str(tmp_path / "state"), *arguments])


def written(path: Path, text: str) -> Path:
    data = text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("p.csv", PRICES, "prices"),
        ("p.csv.gz", PRICES, "prices"),
        ("s.csv", SENTIMENT, "sentiment"),
        ("s.csv", SENTIMENT.replace("sentiment", "Sentiment "), "sentiment"),
    ],
)
def test_a_good_file_is_copied_and_its_config_line_printed(
    tmp_path: Path, capfd: Output, name: str, text: str, kind: str
) -> None:
    """The kind is told by the header; the copy is the same and readable by the daemons."""
    file = written(tmp_path / name, text)

    status = import_file(tmp_path, file)

    copy = tmp_path / "state/import" / name
    assert status == ExitStatus.DONE
    assert capfd.readouterr().out == f'{kind} = "{copy}"\n'
    assert copy.read_bytes() == file.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in copy.parent.iterdir()] == [name]


def test_a_file_that_the_gateway_would_refuse_is_not_copied(tmp_path: Path, capfd: Output) -> None:
    """Its own words say which line is wrong."""
    file = written(tmp_path / "p.csv", "timestamp,symbol,price\nyesterday,SPY,1\n")

    status = import_file(tmp_path, file)

    output = capfd.readouterr()
    assert status == ExitStatus.OPERATOR_FAULT
    assert output.out == ""
    assert "line 2" in output.err
    assert not (tmp_path / "state/import").exists()


def test_column_names_are_those_of_the_gateways_config(tmp_path: Path, capfd: Output) -> None:
    """What the gateway will read is what is checked."""
    (tmp_path / "gateway.toml").write_text('[columns]\nprice = ["last"]\n')
    file = written(tmp_path / "p.csv", PRICES.replace("price", "last"))

    arguments = ("--as", "prices", "--config-dir")
    refused = import_file(tmp_path, file, *arguments, str(tmp_path / "absent"))
    status = import_file(tmp_path, file, *arguments, str(tmp_path))

    assert refused == ExitStatus.OPERATOR_FAULT
    assert 'column "price" missing' in capfd.readouterr().err
    assert status == ExitStatus.DONE


def test_a_header_that_does_not_tell_needs_a_word(tmp_path: Path, capfd: Output) -> None:
    """Both columns, or neither: --as decides."""
    text = PRICES.replace("price", "price,sentiment").replace("600.25", "600.25,50")
    file = written(tmp_path / "both.csv", text)

    undecided = import_file(tmp_path, file)
    decided = import_file(tmp_path, file, "--as", "sentiment")

    output = capfd.readouterr()
    assert (undecided, decided) == (ExitStatus.OPERATOR_FAULT, ExitStatus.DONE)
    assert "say --as prices or --as sentiment" in output.err
    assert output.out.startswith("sentiment = ")


def test_a_damaged_gzip_is_refused(tmp_path: Path, capfd: Output) -> None:
    """It ends with words, not with a traceback."""
    file = tmp_path / "p.csv.gz"
    file.write_bytes(gzip.compress(PRICES.encode())[:20])

    status = import_file(tmp_path, file)

    assert status == ExitStatus.OPERATOR_FAULT
    assert str(file) in capfd.readouterr().err


def test_an_absent_file_is_said(tmp_path: Path, capfd: Output) -> None:
    """As any other program would."""
    status = import_file(tmp_path, tmp_path / "absent.csv")

    assert status == ExitStatus.REFUSED
    assert "absent.csv" in capfd.readouterr().err


def test_an_import_again_replaces_the_copy(tmp_path: Path) -> None:
    """The newer file takes the place of the older in one step."""
    file = written(tmp_path / "p.csv", PRICES)
    import_file(tmp_path, file)
    written(file, PRICES.replace("600.25", "601"))

    import_file(tmp_path, file)

    assert "601" in (tmp_path / "state/import/p.csv").read_text()
