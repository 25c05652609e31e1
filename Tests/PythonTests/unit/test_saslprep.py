"""Passwords as SASLprep makes them."""

import pytest
from necro.postgres._saslprep import prepared_password


@pytest.mark.clause(
    "RFC5802-2.2-1",
    "RFC4013-2.1-1",
    "RFC4013-2.1-2",
    "RFC4013-2.1-3",
    "RFC4013-2.2-1",
    "RFC4013-2.4-1",
)
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


@pytest.mark.clause(
    "RFC4013-2.3-1", "RFC4013-2.3-2", "RFC4013-2.3-3", "RFC4013-2.3-4", "RFC4013-2.3-5",
    "RFC4013-2.3-6", "RFC4013-2.3-7", "RFC4013-2.3-8", "RFC4013-2.3-9", "RFC4013-2.3-10",
    "RFC4013-2.3-11", "RFC4013-2.5-1",
)  # fmt: skip
@pytest.mark.parametrize(
    "prohibited",
    [
        "\u0007", "\u007f",  # control characters of ASCII
        "\u0080", "\u2028", "\U0001d173",  # other control characters
        "\ue000", "\U0010fffd",  # private use
        "\ufdd0", "\uffff",  # no characters
        "\ufff9", "\ufffd",  # not for plain text
        "\u2ff0",  # ideographic description
        "\u0340", "\u200e", "\u202e",  # display and deprecated
        "\U000e0001", "\U000e0061",  # tags
        "\u0221", "\U0001f600",  # not assigned in Unicode 3.2
    ],
)  # fmt: skip
def test_a_password_with_a_prohibited_character_stays_as_it_is(prohibited: str) -> None:
    # What would be mapped shows that nothing is.
    password = f"\u00aa{prohibited}\u00a0"
    assert prepared_password(password) == password.encode()
    assert prepared_password("\u00aa\u00a0") == b"a "


@pytest.mark.clause("RFC4013-2.3-2")
def test_no_space_outside_ascii_is_left() -> None:
    assert prepared_password("\u00a0\u1680\u2003\u3000x") == b"    x"


@pytest.mark.clause("RFC4013-2.3-7")
def test_a_surrogate_is_an_octet_that_was_no_utf_8() -> None:
    assert prepared_password("\u00aa\udced\udca0\udc80") == b"\xc2\xaa\xed\xa0\x80"


@pytest.mark.clause("RFC4013-2.4-1")
@pytest.mark.parametrize("password", ["\u0627a", "a\u0627", "1\u0627", "\u06271"])
def test_text_of_both_directions_stays_as_it_is(password: str) -> None:
    assert prepared_password(password + "\u00ad") == (password + "\u00ad").encode()
