"""Passwords as SASLprep makes them."""

import pytest
from necro.postgres._saslprep import prepared_password


@pytest.mark.parametrize(
    ("password", "prepared"),
    [
        # The examples of RFC 4013 §3; the refused ones stay as they are.
        ("I\u00adX", b"IX"),
        ("user", b"user"),
        ("USER", b"USER"),
        ("\u00aa", b"a"),
        ("\u2168", b"IX"),
        ("\u0007", b"\x07"),
        ("\u0627\u0031", "\u06271".encode()),
        # A space of another kind, and nothing left.
        ("a\u00a0b", b"a b"),
        ("\u00ad", "\u00ad".encode()),
        # Not UTF-8 where it came from.
        ("\udcff", b"\xff"),
    ],
)
def test_a_password_is_prepared_or_stays_as_it_is(password: str, prepared: bytes) -> None:
    assert prepared_password(password) == prepared
