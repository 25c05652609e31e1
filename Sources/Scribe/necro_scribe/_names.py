"""Names of Python for names of Postgres."""

import builtins
import keyword
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import inflect

__all__ = ["class_name", "field_names", "method_name", "singular"]

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")
# What a model has of its own.
_OF_MODELS = frozenset({"from_json", "to_json", "to_dict", "replace"})
_OF_CLASSES = frozenset(
    {name for name in dir(builtins) if name[:1].isupper()}
    | {"Annotated", "Any", "AsyncIterator", "Decimal", "IPv4Address", "IPv4Interface", "Iterable"}
    | {
        "IPv4Network",
        "IPv6Address",
        "IPv6Interface",
        "IPv6Network",
        "Literal",
        "Sequence",
        "Spells",
    }
    | {"UUID"}
)


@cache
def _engine() -> "inflect.engine":
    # Only what writes names needs it, and not what applies a schema.
    import inflect

    return inflect.engine()


def singular(name: str) -> str:
    """A name in snake case with its last word in the singular: `fallen_witches`, `fallen_witch`."""
    head, separator, last = name.rpartition("_")
    found = _engine().singular_noun(last) if last.isascii() and last.isalpha() else False  # pyright: ignore
    return f"{head}{separator}{found}" if isinstance(found, str) and found else name


def _words(name: str) -> list[str]:
    return _WORD.findall(name)


def class_name(name: str) -> str:
    """A name as classes have it: `fallen_witch`, `FallenWitch`."""
    text = "".join(one[:1].upper() + one[1:] for one in _words(name))
    if not text or text[0].isdigit():
        text = f"Class{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in _OF_CLASSES else text


def _field_name(name: str) -> str:
    """A name as attributes of models have it; a key word has a `_` behind it."""
    text = re.sub(r"\W+", "_", name).strip("_") if not name.isidentifier() else name.strip("_")
    text = text or "column"
    if text[0].isdigit():
        text = f"column_{text}"
    return f"{text}_" if keyword.iskeyword(text) or text in _OF_MODELS else text


def method_name(name: str) -> str:
    """A name as methods have it: `SummonZombie`, `summon_zombie`."""
    text = "_".join(one.lower() for one in _words(name)) or name.lower()
    return f"{text}_" if keyword.iskeyword(text) else text


def field_names(names: list[str]) -> list[str]:
    """Attributes for columns, each different."""
    attributes: list[str] = []
    for name in names:
        attribute = base = _field_name(name)
        number = 2
        while attribute in attributes:
            attribute = f"{base}_{number}"
            number += 1
        attributes.append(attribute)
    return attributes
