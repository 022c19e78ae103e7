"""import: the gateway's check, the copy, and the line for its configuration."""

import gzip
import re
import tomllib
from pathlib import Path

import pytest

from tests.kit.parquet_files import write_as_parquet
from tradestack.ctl import progress
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

PRICES = "timestamp,symbol,price\n2026-01-05T14:30:00Z,SPY,600.25\n"
CONVERTED = {
    "prices": "timestamp,symbol,price,size,side\n2026-01-05T14:30:00.000000000Z,SPY,600.25,0,\n",
    "sentiment": "timestamp,symbol,sentiment\n2026-01-05T14:30:00.000000000Z,SPY,61\n",
}
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
def test_a_valid_file_is_converted_and_its_config_line_printed(
    tmp_path: Path, capfd: Output, name: str, text: str, kind: str
) -> None:
    """The header decides the kind; the result is readable by the daemons."""
    file = written(tmp_path / name, text)

    status = import_file(tmp_path, file)

    result = tmp_path / "state/import" / f"{name[0]}.csv"
    output = capfd.readouterr()
    assert status == ExitStatus.DONE
    assert output.out == f'{kind} = "{result}"\n'
    assert "format: tradestack, by its header" in output.err
    assert result.read_text() == CONVERTED[kind]
    assert result.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in result.parent.iterdir()] == [result.name]


@pytest.mark.parametrize(("kind", "text"), [("prices", PRICES), ("sentiment", SENTIMENT)])
def test_parquet_is_converted_to_csv(tmp_path: Path, capfd: Output, kind: str, text: str) -> None:
    """The gateway then needs no Polars; the suffix is dropped."""
    file = write_as_parquet(tmp_path / "day.parquet", text)

    status = import_file(tmp_path, file)

    result = tmp_path / "state/import/day.csv"
    assert status == ExitStatus.DONE
    assert capfd.readouterr().out == f'{kind} = "{result}"\n'
    assert result.read_text() == CONVERTED[kind]


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
    assert not list((tmp_path / "state/import").iterdir())


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
    file = written(tmp_path / "both.csv", f"# exported\n{text}")

    undecided = import_file(tmp_path, file)
    decided = import_file(tmp_path, file, "--as", "sentiment")

    output = capfd.readouterr()
    assert (undecided, decided) == (ExitStatus.OPERATOR_FAULT, ExitStatus.DONE)
    assert "both.csv: line 2: the file has both" in output.err
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

    assert status == ExitStatus.OPERATOR_FAULT
    assert "absent.csv" in capfd.readouterr().err


def test_a_second_import_of_the_same_content_does_nothing(tmp_path: Path, capfd: Output) -> None:
    """The file stays as it is, and the line for gateway.toml is printed again."""
    file = written(tmp_path / "p.csv", PRICES)
    import_file(tmp_path, file)
    inode = (tmp_path / "state/import/p.csv").stat().st_ino

    status = import_file(tmp_path, file)

    assert status == ExitStatus.DONE
    assert "is there already, with the same content" in capfd.readouterr().err
    assert (tmp_path / "state/import/p.csv").stat().st_ino == inode


def test_other_content_is_never_overwritten(tmp_path: Path, capfd: Output) -> None:
    """The remedy is another name, which then works."""
    file = written(tmp_path / "p.csv", PRICES)
    import_file(tmp_path, file)
    written(file, PRICES.replace("600.25", "601"))

    refused = import_file(tmp_path, file)
    elsewhere = import_file(tmp_path, file, "-o", str(tmp_path / "other.csv"))

    assert (refused, elsewhere) == (ExitStatus.OPERATOR_FAULT, ExitStatus.DONE)
    assert "exists, with other content; choose another name with -o" in capfd.readouterr().err
    assert "600.25" in (tmp_path / "state/import/p.csv").read_text()
    assert "601" in (tmp_path / "other.csv").read_text()
    assert not list((tmp_path / "state/import").glob(".*"))


def test_files_are_merged_and_sorted_into_one(tmp_path: Path) -> None:
    """With -o and --sort, the result has the rows of all files in order, packed by its name."""
    rows = "2026-01-05T14:30:0{}Z,SPY,600.2{}\n"
    for name, seconds in (("a.csv", "41"), ("b.csv.gz", "32")):
        text = "timestamp,symbol,price\n" + "".join(rows.format(n, n) for n in seconds)
        written(tmp_path / name, text)

    pattern, output = tmp_path / "[ab].csv*", tmp_path / "out.csv.gz"
    status = import_file(tmp_path, pattern, "--sort", "-o", str(output))

    assert status == ExitStatus.DONE
    lines = gzip.decompress(output.read_bytes()).decode().splitlines()[1:]
    assert [line.split(",")[2] for line in lines] == ["600.21", "600.22", "600.23", "600.24"]


def test_progress_of_a_large_file_is_a_percentage(
    tmp_path: Path, capfd: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where stderr is not a terminal, there is a line every tenth."""
    monkeypatch.setattr(progress, "TENTHS_FROM_BYTES", 0)
    row = "2026-01-05T14:30:00Z,SPY,600.25\n"
    file = written(tmp_path / "p.csv", "timestamp,symbol,price\n" + row * 30_000)

    import_file(tmp_path, file)

    shown = re.findall(r": (\d+) %", capfd.readouterr().err)
    assert shown == sorted(shown, key=int)
    assert len(shown) >= 4


def test_a_wrong_option_is_refused_with_what_is_allowed(tmp_path: Path, capfd: Output) -> None:
    """The options are those of the section [format]."""
    file = written(tmp_path / "p.csv", PRICES)

    with pytest.raises(SystemExit) as exit_info:
        import_file(tmp_path, file, "--timezone", "Mars/Base")

    assert exit_info.value.code == 2
    assert "'Mars/Base' is not a name like" in capfd.readouterr().err


def test_an_output_in_no_directory_is_refused(tmp_path: Path, capfd: Output) -> None:
    """The message names the directory, not a file of ours."""
    file = written(tmp_path / "p.csv", PRICES)

    status = import_file(tmp_path, file, "-o", str(tmp_path / "none" / "out.csv"))

    assert status == ExitStatus.OPERATOR_FAULT
    errors = capfd.readouterr().err
    assert f"{tmp_path}/none: no such directory; create it" in errors
    assert "unfinished" not in errors


def test_a_file_of_both_kinds_is_imported_as_each(tmp_path: Path, capfd: Output) -> None:
    """Rows without a sentiment are not news; the line for gateway.toml has the key."""
    text = "timestamp,symbol,price,sentiment\n2026-01-05T14:30:00Z,SPY,600.25,\n"
    text += "2026-01-05T14:31:00Z,SPY,600.5,61\n"
    file = written(tmp_path / "both.csv", text)

    for kind, rows in (("prices", 2), ("sentiment", 1)):
        output = tmp_path / f"{kind}.csv"
        assert import_file(tmp_path, file, "--as", kind, "-o", str(output)) == ExitStatus.DONE
        assert len(output.read_text().splitlines()) == 1 + rows
    assert "refused: " not in capfd.readouterr().err


def test_the_remedy_for_a_scale_can_be_typed_as_it_is_printed(
    tmp_path: Path, capfd: Output
) -> None:
    """The refusal of a scale from -1 to 1 says with which words the file is accepted."""
    rows = "".join(f"2026-01-05T14:30:0{n}Z,SPY,{n - 1}\n" for n in range(3))
    file = written(tmp_path / "s.csv", SENTIMENT.partition("\n")[0] + "\n" + rows)

    refused = import_file(tmp_path, file)
    typed = re.findall(r"(--sentiment-scale) (\S+?),", capfd.readouterr().err)
    accepted = import_file(tmp_path, file, *typed[0])

    assert (refused, accepted) == (ExitStatus.OPERATOR_FAULT, ExitStatus.DONE)
    assert ",SPY,0\n" in (tmp_path / "state/import/s.csv").read_text()
