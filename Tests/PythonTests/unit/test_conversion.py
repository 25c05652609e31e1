"""Text to values: one value has one reading, and nothing of the peer's text is echoed."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, NewType
from uuid import UUID

import pytest
from necro._annotations import UnsupportedAnnotationError
from necro._conversion import repeated_item, text_converter


class Rank(IntEnum):
    """An enumeration of integers."""

    LOW = 1
    HIGH = 2


class Mood(Enum):
    """An enumeration of text."""

    GRIM = "grim"


type Alias = int
Name = NewType("Name", int)


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (str, "a b", "a b"),
        (Any, "x", "x"),
        (int, "0", 0),
        (int, "-12", -12),
        (int, "+12", 12),
        (int, "9" * 40, int("9" * 40)),
        (float, "1e3", 1000.0),
        (float, "-.5", -0.5),
        (bool, "TRUE", True),
        (bool, "0", False),
        (UUID, "00000000-0000-0000-0000-00000000000A", UUID(int=10)),
        (UUID, "0" * 31 + "a", UUID(int=10)),
        (date, "2025-10-31", date(2025, 10, 31)),
        (datetime, "2025-10-31T23:59:00Z", datetime(2025, 10, 31, 23, 59, tzinfo=UTC)),
        (datetime, "2025-10-31 23:59", datetime(2025, 10, 31, 23, 59)),
        (time, "23:59", time(23, 59)),
        (timedelta, "P1DT2H30M0.5S", timedelta(days=1, hours=2, minutes=30, milliseconds=500)),
        (timedelta, "-PT1M", timedelta(minutes=-1)),
        (timedelta, "P2W", timedelta(weeks=2)),
        (Decimal, "1.50", Decimal("1.50")),
        (Rank, "2", Rank.HIGH),
        (Mood, "grim", Mood.GRIM),
        (Literal[1, "b"], "1", 1),
        (int | None, "3", 3),
        (int | str, "3", 3),
        (int | str, "x", "x"),
        (Annotated[int, "metadata"], "3", 3),
        (Alias, "3", 3),
        (Name, "3", 3),
    ],
)
def test_text_converts(annotation: object, text: str, value: object) -> None:
    converted = text_converter(annotation)(text)
    assert converted == value
    assert type(converted) is type(value)


@pytest.mark.parametrize(
    ("annotation", "text", "expected"),
    [
        (str, "\udcff", "UTF-8"),
        (int, "", "an integer"),
        (int, "-", "an integer"),
        (int, "1.0", "an integer"),
        (int, " 1", "an integer"),
        (int, "1_0", "an integer"),
        (int, "\u0661", "an integer"),
        (int, "9" * 5000, "an integer with fewer digits"),
        (float, "nan", "a number"),
        (float, "1_0", "a number"),
        (float, "e", "a number"),
        (float, "1e999", "a number within range"),
        (bool, "2", "true or false"),
        (UUID, "{00000000-0000-0000-0000-000000000001}", "a UUID"),
        (UUID, "x", "a UUID"),
        (date, "31.10.2025", "a date such as 2025-10-31"),
        (datetime, "soon", "a date and time such as 2025-10-31T23:59:00Z"),
        (datetime, "2025-10-31T23:59:00\0", "a date and time such as 2025-10-31T23:59:00Z"),
        (datetime, "2025-10-31_23:59:00", "a date and time such as 2025-10-31T23:59:00Z"),
        (date, "2025-10-31\0", "a date such as 2025-10-31"),
        (time, "23:59\0", "a time such as 23:59:00"),
        (time, "25:00", "a time such as 23:59:00"),
        (timedelta, "P", "a duration such as P1DT2H30M"),
        (timedelta, "PT", "a duration such as P1DT2H30M"),
        (timedelta, "P1Y", "a duration such as P1DT2H30M"),
        (timedelta, "P999999999999D", "a shorter duration"),
        (Decimal, "NaN", "a number"),
        (Decimal, "1.2.3", "a number"),
        (Rank, "3", "one of 1, 2"),
        (Literal[1, "b"], "c", "one of 1, b"),
        (int | bool, "x", "an integer or true or false"),
    ],
)
def test_text_that_does_not_convert_says_what_was_expected(
    annotation: object, text: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=r"^expected ") as caught:
        text_converter(annotation)(text)
    assert str(caught.value) == f"expected {expected}"


@pytest.mark.parametrize("annotation", [dict[str, int], list[int], bytes, object()])
def test_text_cannot_carry_some_annotations(annotation: object) -> None:
    with pytest.raises(UnsupportedAnnotationError):
        text_converter(annotation)


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (list[int], (list, int)),
        (list, (list, str)),
        (set[int], (set, int)),
        (frozenset[int], (frozenset, int)),
        (tuple[int, ...], (tuple, int)),
        (list[int] | None, (list, int)),
        (tuple[int, str], None),
        (int, None),
        (list[int] | set[int], None),
    ],
)
def test_containers_are_repeated_parameters(annotation: object, expected: object) -> None:
    assert repeated_item(annotation) == expected
