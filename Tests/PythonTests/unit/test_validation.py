"""Parsed JSON to annotated values, with every fault and its location."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, NotRequired, TypedDict, TypeVar
from uuid import UUID

import pytest
from necro._annotations import UnsupportedAnnotationError
from necro._faults import InvalidRequest
from necro._validation import body_validator


class Mood(Enum):
    """An enumeration."""

    GRIM = "grim"
    ONE = 1


@dataclass
class Grave:
    """A nested class."""

    row: int
    name: str | None = None


@dataclass
class Yard:
    """A class with nested ones, defaults and itself."""

    name: str
    graves: list[Grave] = field(default_factory=list[Grave])
    moods: set[Mood] = field(default_factory=set[Mood])
    parent: Yard | None = None
    count: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Refuses one name."""
        if self.name == "cursed":
            raise ValueError("the name is cursed")


class Spell(TypedDict):
    """A TypedDict."""

    words: list[str]
    power: NotRequired[float]


class Unknown:
    """A class that no rule reads."""


@dataclass
class Holder:
    """A dataclass with a field that no rule reads."""

    thing: Unknown


def faults(annotation: object, value: object) -> list[tuple[str, str, str]]:
    """The faults of a value: location, code and detail."""
    with pytest.raises(InvalidRequest) as caught:
        body_validator(annotation)(value)
    return [
        (".".join(map(str, fault.location)), fault.code, fault.detail.removeprefix("expected "))
        for fault in caught.value.faults
    ]


VALUES: list[tuple[object, object, object]] = [
    (Any, {"a": 1}, {"a": 1}),
    (dict, {"a": 1}, {"a": 1}),
    (list, [1, "a"], [1, "a"]),
    (dict[str, int], {"a": 1}, {"a": 1}),
    (list[float], [1, 2.5], [1.0, 2.5]),
    (tuple[int, str], [1, "a"], (1, "a")),
    (tuple[int, ...], [1, 2], (1, 2)),
    (tuple, [1, "a"], (1, "a")),
    (set[int], [1, 1], {1}),
    (bytes, "AAE=", b"\x00\x01"),
    (UUID, "00000000-0000-0000-0000-000000000001", UUID(int=1)),
    (date, "2025-10-31", date(2025, 10, 31)),
    (timedelta, "PT1H", timedelta(hours=1)),
    (Decimal, "1.50", Decimal("1.50")),
    (Decimal, 1.1, Decimal("1.1")),
    (Decimal, 7, Decimal(7)),
    (Mood, "grim", Mood.GRIM),
    (Mood, 1, Mood.ONE),
    (Literal["a", 1, None], None, None),
    (int | str, "a", "a"),
    (Grave | None, None, None),
    (Grave | list[Grave], [{"row": 1}], [Grave(1)]),
    (Grave, {"row": 1, "other": 2}, Grave(1)),
    (Spell, {"words": ["rise"], "other": 1}, {"words": ["rise"]}),
    (Spell, {"words": [], "power": 1}, {"words": [], "power": 1.0}),
    (
        Yard,
        {"name": "n", "graves": [{"row": 1}], "moods": ["grim"], "parent": {"name": "p"}},
        Yard("n", [Grave(1)], {Mood.GRIM}, Yard("p")),
    ),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), VALUES)
def test_a_value_becomes_what_its_annotation_says(
    annotation: object, value: object, expected: object
) -> None:
    result = body_validator(annotation)(value)
    assert result == expected
    assert type(result) is type(expected)


FAULTS: list[tuple[object, object, list[tuple[str, ...]]]] = [
    (int, True, [("body", "type", "an integer")]),
    (int, 1.0, [("body", "type", "an integer")]),
    (int, "1", [("body", "type", "an integer")]),
    (float, 10**400, [("body", "value", "a number within range")]),
    (float, True, [("body", "type", "a number")]),
    (str, 1, [("body", "type", "a string")]),
    (bool, 1, [("body", "type", "true or false")]),
    (bytes, "A", [("body", "value", "base64")]),
    (datetime, 1, [("body", "type", "a string")]),
    (Decimal, True, [("body", "type", "a string")]),
    (Mood, True, [("body", "value", "one of grim, 1")]),
    (Mood, ["grim"], [("body", "value", "one of grim, 1")]),
    (list[int], {}, [("body", "type", "an array")]),
    (list[int], [1, "a", None], [("body.1", "type", "an integer"), ("body.2",) * 0]),
    (dict[str, int], {"a": "b"}, [("body.a", "type", "an integer")]),
    (tuple[int, str], [1], [("body", "type", "an array of 2")]),
    (set[Any], [[]], [("body", "type", "items that a set can hold")]),
    (Grave, [], [("body", "type", "an object")]),
    (Grave, {}, [("body.row", "missing", "a value")]),
    (Grave | None, {"row": "x"}, [("body.row", "type", "an integer")]),
    (int | str, [], [("body", "type", "an integer or a string")]),
    (date | int, "x", [("body", "value", "a date such as 2025-10-31")]),
    (date | UUID, "x", [("body", "value", "a date such as 2025-10-31 or a UUID")]),
    (Grave | Spell, {}, [("body", "value", "another value")]),
    (Yard, {"name": "cursed"}, [("body", "value", "the name is cursed")]),
    (
        Yard,
        {"graves": [{"row": 1}, {"row": "x", "name": 2}], "parent": {"name": 1}},
        [
            ("body.name", "missing", "a value"),
            ("body.graves.1.row", "type", "an integer"),
            ("body.graves.1.name", "type", "a string or null"),
            ("body.parent.name", "type", "a string"),
        ],
    ),
    (Spell, {"power": "x"}, [("body.words", "missing", "a value"), ("body.power",) * 0]),
]


@pytest.mark.parametrize(("annotation", "value", "expected"), FAULTS)
def test_every_fault_is_found_at_its_location(
    annotation: object, value: object, expected: list[tuple[str, ...]]
) -> None:
    found = faults(annotation, value)
    named = [fault for fault in expected if fault]
    assert found[: len(named)] == named
    assert len(found) == len(expected)


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (Unknown, "JSON cannot be read as Unknown"),
        (Holder, "Holder.thing: JSON cannot be read as Unknown"),
        (dict[int, str], "the keys of dict[int, str] are not str"),
        (list[Unknown], "JSON cannot be read as Unknown"),
        (TypeVar("T"), "the type variable ~T stands for no class"),
        (type[int], "JSON cannot be read as type[int]"),
    ],
)
def test_an_annotation_that_no_rule_reads_is_refused(annotation: object, says: str) -> None:
    with pytest.raises(UnsupportedAnnotationError) as caught:
        body_validator(annotation)
    assert str(caught.value).startswith(says)
