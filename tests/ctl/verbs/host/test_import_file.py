"""import: the gateway's check, the copy, and the line for its configuration."""

import gzip
import tomllib
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
def test_a_valid_file_is_copied_and_its_config_line_printed(
    tmp_path: Path, capfd: Output, name: str, text: str, kind: str
) -> None:
    """The header decides the kind; the copy is identical and readable by the daemons."""
    file = written(tmp_path / name, text)

    status = import_file(tmp_path, file)

    copy = tmp_path / "state/import" / name
    assert status == ExitStatus.DONE
    assert capfd.readouterr().out == f'{kind} = "{copy}"\n'
    assert copy.read_bytes() == file.read_bytes()
    assert copy.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in copy.parent.iterdir()] == [name]


def test_any_name_can_be_put_into_the_config(tmp_path: Path, capfd: Output) -> None:
    """The printed line is TOML, whatever characters the name has."""
    name = 'p"\\\n\x7f.csv'

    import_file(tmp_path, written(tmp_path / name, PRICES))

    assert tomllib.loads(capfd.readouterr().out) == {"prices": f"{tmp_path}/state/import/{name}"}


def test_a_name_that_no_config_can_have_is_refused(tmp_path: Path, capfd: Output) -> None:
    """A config file is UTF-8, a name on the disk may be anything."""
    status = import_file(tmp_path, written(tmp_path / "p\udcff.csv", PRICES))

    assert status == ExitStatus.OPERATOR_FAULT
    assert "not valid UTF-8; rename the file" in capfd.readouterr().err


def test_an_invalid_file_is_not_copied(tmp_path: Path, capfd: Output) -> None:
    """The gateway's own message names the invalid line."""
    file = written(tmp_path / "p.csv", "timestamp,symbol,price\nyesterday,SPY,1\n")

    status = import_file(tmp_path, file)

    output = capfd.readouterr()
    assert status == ExitStatus.OPERATOR_FAULT
    assert output.out == ""
    assert "line 2" in output.err
    assert not (tmp_path / "state/import").exists()


def test_the_gateways_column_names_are_used(tmp_path: Path, capfd: Output) -> None:
    """The check uses the column names that gateway.toml configures."""
    (tmp_path / "gateway.toml").write_text('[columns]\nprice = ["last"]\n')
    file = written(tmp_path / "p.csv", PRICES.replace("price", "last"))

    arguments = ("--as", "prices", "--config-dir")
    refused = import_file(tmp_path, file, *arguments, str(tmp_path / "absent"))
    status = import_file(tmp_path, file, *arguments, str(tmp_path))

    assert refused == ExitStatus.OPERATOR_FAULT
    assert 'column "price" missing' in capfd.readouterr().err
    assert status == ExitStatus.DONE


def test_an_ambiguous_header_needs_as(tmp_path: Path, capfd: Output) -> None:
    """With both value columns in the header, --as decides."""
    text = PRICES.replace("price", "price,sentiment").replace("600.25", "600.25,50")
    file = written(tmp_path / "both.csv", text)

    undecided = import_file(tmp_path, file)
    decided = import_file(tmp_path, file, "--as", "sentiment")

    output = capfd.readouterr()
    assert (undecided, decided) == (ExitStatus.OPERATOR_FAULT, ExitStatus.DONE)
    assert "add --as prices or --as sentiment" in output.err
    assert output.out.startswith("sentiment = ")


def test_a_damaged_gzip_is_refused(tmp_path: Path, capfd: Output) -> None:
    """A truncated gzip file is an error that names it, not a traceback."""
    file = tmp_path / "p.csv.gz"
    file.write_bytes(gzip.compress(PRICES.encode())[:20])

    status = import_file(tmp_path, file)

    assert status == ExitStatus.OPERATOR_FAULT
    assert str(file) in capfd.readouterr().err


def test_a_missing_file_is_reported(tmp_path: Path, capfd: Output) -> None:
    """A file that does not exist is an error that names it."""
    status = import_file(tmp_path, tmp_path / "absent.csv")

    assert status == ExitStatus.REFUSED
    assert "absent.csv" in capfd.readouterr().err


def test_a_second_import_replaces_the_copy(tmp_path: Path) -> None:
    """Importing a changed file replaces the earlier copy."""
    file = written(tmp_path / "p.csv", PRICES)
    import_file(tmp_path, file)
    written(file, PRICES.replace("600.25", "601"))

    import_file(tmp_path, file)

    assert "601" in (tmp_path / "state/import/p.csv").read_text()
