"""Users: the grammar of the file, and verification."""

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users, canonical_user, new_salt, parse_users, users_line

PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126)
NAMES = st.text(PRINTABLE, min_size=1, max_size=6).filter(lambda n: ":" not in n and n[0] != "#")
PASSWORDS = st.text(PRINTABLE, min_size=1, max_size=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Provide the path of a users file."""
    return tmp_path / "users"


def test_a_line_is_the_salted_scrypt_of_the_upper_cased_password() -> None:
    """The golden line of a format that install.sh and other versions rely on."""
    expected = hashlib.scrypt(b"SECRET", salt=b"\x01\x02", n=1024, r=8, p=1, dklen=32)

    assert users_line("News", "seCret ", salt=b"\x01\x02") == f"news:0102:{expected.hex()}\n"


@settings(max_examples=20, deadline=None)
@given(name=NAMES, password=PASSWORDS, other=PASSWORDS)
def test_only_the_password_of_the_user_is_right(
    name: str, password: str, other: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Case does not matter, as in SoupBinTCP, before and after the password was remembered."""
    path = tmp_path_factory.mktemp("users") / "users"
    path.write_text(users_line(name, password, salt=new_salt()))
    users = Users.load(path)

    for _ in range(2):
        assert users.verify(name.swapcase(), password.lower())
        assert users.verify(name, other) == (other.upper() == password.upper())
        assert not users.verify("nobody", password)


def test_an_unknown_user_costs_a_hash_like_a_wrong_password(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of the answer does not reveal which users exist."""
    path.write_text(users_line("news", "secret", salt=b"salt"))
    users = Users.load(path)
    costs: list[int] = []
    scrypt = hashlib.scrypt

    def noted_scrypt(password: bytes, *, n: int, **parameters: Any) -> bytes:
        costs.append(n)
        return scrypt(password, n=n, **parameters)

    monkeypatch.setattr(hashlib, "scrypt", noted_scrypt)

    users.verify("news", "wrong")
    users.verify("nobody", "wrong")

    assert costs == [1024, 1024]


def test_comments_and_blank_lines_are_allowed(path: Path) -> None:
    """An operator may note whose user it is."""
    path.write_text("# our strategies\n\n" + users_line("news", "secret", salt=b"salt"))

    assert Users.load(path).verify("news", "secret")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("news:00\n", 1, "2 fields"),
        ("\nnews:zz:00\n", 2, "hexadecimal"),
        ("news:00:00\n", 1, "32 bytes"),
        ("news::" + "00" * 32 + "\n", 1, "no salt"),
        ("seventh:00:" + "00" * 32 + "\n", 1, "1 to 6"),
        (("news:00:" + "00" * 32 + "\n") + "NEWS:00:" + "00" * 32 + "\n", 2, "twice"),
    ],
)
def test_a_bad_line_is_the_operators_fault_with_file_and_line(
    path: Path, text: str, line: int, words: str
) -> None:
    """The error names what to correct, so that nobody has to read this program."""
    with pytest.raises(OperatorFault) as fault:
        parse_users(path, text)

    assert fault.value.where == f"{path}: line {line}"
    assert words in fault.value.problem


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * (1 << 20) + b"#"])
def test_another_kind_of_file_is_the_operators_fault(path: Path, content: bytes) -> None:
    """A binary file, or one that is far too large, is refused by name."""
    path.write_bytes(content)

    with pytest.raises(OperatorFault, match=str(path)):
        Users.load(path)


def test_an_unreadable_file_is_the_operators_fault(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The remedy is about reading; root may read everything, so the test raises the error."""
    path.write_text("")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OperatorFault, match="make it readable for the daemon's user"):
        Users.load(path)


def test_a_missing_file_is_the_operators_fault(path: Path) -> None:
    """The error has the system's text."""
    with pytest.raises(OperatorFault, match="No such file"):
        Users.load(path)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("", "x"),
        ("toolong", "x"),
        ("a:b", "x"),
        ("#a", "x"),
        ("é", "x"),
        ("a b", "x"),
        ("a", ""),
        ("a", "12345678901"),
        ("a", "pä"),
        ("a", "p w"),
    ],
)
def test_users_and_passwords_that_no_login_can_carry_are_refused(user: str, password: str) -> None:
    """A login has room for six and ten printable ASCII characters."""
    with pytest.raises(ValueError, match="printable"):
        users_line(user, password, salt=b"salt")


def test_users_have_one_spelling() -> None:
    """Handlers identify users by the canonical name."""
    assert canonical_user(" NeWs ") == "news"
