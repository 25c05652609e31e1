"""Passwords as SASLprep makes them (RFC 4013), and as PostgreSQL keeps them."""

__all__ = ["prepared_password"]


def prepared_password(password: str) -> bytes:
    """The octets that SCRAM hashes for a password.

    PostgreSQL takes a password that SASLprep refuses as it is; so does this. ASCII never changes.
    """
    plain = password.encode("utf-8", "surrogateescape")
    if password.isascii():
        return plain
    prepared = _saslprep(password)
    return plain if prepared is None else prepared.encode()


def _saslprep(text: str) -> str | None:
    """The prepared text (RFC 4013 §2); None where it is refused."""
    import stringprep
    import unicodedata

    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in text
        if stringprep.in_table_c12(character) or not stringprep.in_table_b1(character)
    )
    if not mapped:
        return None
    prepared = unicodedata.normalize("NFKC", mapped)
    if any(_is_prohibited(character) for character in mapped + prepared):
        return None
    # RFC 3454 §6: text with a character that runs to the left is of such alone, at both ends.
    if any(stringprep.in_table_d1(character) for character in prepared):
        if any(stringprep.in_table_d2(character) for character in prepared):
            return None
        if not (stringprep.in_table_d1(prepared[0]) and stringprep.in_table_d1(prepared[-1])):
            return None
    return prepared


def _is_prohibited(character: str) -> bool:
    """Whether a character may not be in what is stored (RFC 4013 §2.3, §2.5)."""
    import stringprep

    return (
        stringprep.in_table_c12(character)
        or stringprep.in_table_c21_c22(character)
        or stringprep.in_table_c3(character)
        or stringprep.in_table_c4(character)
        or stringprep.in_table_c5(character)
        or stringprep.in_table_c6(character)
        or stringprep.in_table_c7(character)
        or stringprep.in_table_c8(character)
        or stringprep.in_table_c9(character)
        or stringprep.in_table_a1(character)
    )
