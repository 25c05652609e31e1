"""Reads the text in which Postgres stores an analysed query.

It is what `nodeToString` writes (`src/backend/nodes/outfuncs.c`): nodes `{TAG :field value …}`,
lists `(…)` and words. The fields of a node differ between versions of Postgres, so that nothing
here knows any: a node is its tag and a mapping.
"""

import re
from collections.abc import Iterator

__all__ = ["Key", "Node", "NodeFault", "Value", "key_of", "read_nodes", "walked"]

type Value = str | Node | list[Value] | None
# What is equal for two expressions that are the same.
type Key = tuple[object, ...]

# A delimiter alone, or a word, in which a backslash keeps what follows from being a delimiter.
_TOKEN = re.compile(r"[(){}]|(?:\\.|[^\s(){}\\])+", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# Where something stood in the text, or how it was written, is not what it is.
_INCIDENTAL = frozenset(
    {
        "location",
        "stmt_location",
        "stmt_len",
        "varnosyn",
        "varattnosyn",
        "varnullingrels",
        "funcformat",
        "coerceformat",
        "relabelformat",
        "convertformat",
        "coercionformat",
        "list_start",
        "list_end",
        "rexpr_list_start",
        "rexpr_list_end",
    }
)


class NodeFault(ValueError):
    """The text is none that Postgres writes."""


class Node:
    """A node: its tag in capitals (`VAR`, `QUERY`) and its fields."""

    __slots__ = ("_key", "fields", "tag")

    def __init__(self, tag: str, fields: dict[str, Value]) -> None:
        self.tag = tag
        self.fields = fields
        self._key: Key | None = None

    def __repr__(self) -> str:
        return f"Node({self.tag!r}, {self.fields!r})"

    def has(self, name: str) -> bool:
        """Whether this version's nodes have the field, and it is not empty."""
        return self.fields.get(name) not in (None, "", [])

    def text(self, name: str) -> str | None:
        """A word, or None."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int:
        """An integer; 0 where there is none."""
        value = self.fields.get(name)
        try:
            return int(value) if isinstance(value, str) else 0
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """A boolean; False where this version has no such field."""
        return self.fields.get(name) == "true"

    def node(self, name: str) -> "Node | None":
        """A node, or None."""
        value = self.fields.get(name)
        return value if isinstance(value, Node) else None

    def nodes(self, name: str) -> "list[Node]":
        """The nodes of a list; those that are missing in it are left out."""
        value = self.fields.get(name)
        return [each for each in value if isinstance(each, Node)] if isinstance(value, list) else []

    def words(self, name: str) -> list[str]:
        """The words of a list."""
        value = self.fields.get(name)
        return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []

    def numbers(self, name: str) -> list[int]:
        """The numbers of a list `(i 1 2)`, `(o 1 2)` or of a set `(b 1 2)`."""
        return [int(each) for each in self.words(name) if each.lstrip("-").isdecimal()]

    @property
    def children(self) -> "Iterator[Node]":
        """The nodes in its fields."""
        for value in self.fields.values():
            yield from _nodes_in(value)

    @property
    def key(self) -> Key:
        """Equal for the same expression in the same query, wherever it stands in it."""
        if self._key is None:
            self._key = key_of(self)
        return self._key


def _nodes_in(value: Value) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _nodes_in(each)


def walked(node: Node) -> Iterator[Node]:
    """A node and all that are below it."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend(each.children)


def _frozen(value: Value) -> object:
    if isinstance(value, Node):
        return value.key
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    return value


def key_of(node: Node) -> Key:
    """What is equal for two nodes that are the same expression."""
    fields = tuple(
        (name, _frozen(value)) for name, value in node.fields.items() if name not in _INCIDENTAL
    )
    return (node.tag, *fields)


class _Open:
    """A list or a node that is not over; the fields of a node are read into `fields`."""

    __slots__ = ("fields", "items", "name", "tag")

    def __init__(self, tag: str | None) -> None:
        self.tag = tag
        self.items: list[Value] = []
        self.fields: dict[str, Value] = {}
        # The field whose value is due.
        self.name: str | None = None

    def add(self, value: Value) -> None:
        if self.tag is None:
            self.items.append(value)
        elif self.name is None:
            raise NodeFault(f"{value!r} where a field of {self.tag} was due")
        else:
            self.fields[self.name] = value
            self.name = None


def _word(token: str) -> str | None:
    if token == "<>":
        return None
    if len(token) >= 2 and token[0] == '"' and token[-1] == '"':
        token = token[1:-1]
    return _ESCAPE.sub(r"\1", token) if "\\" in token else token


def read_nodes(text: str) -> Value:
    """The one value that the text is, which Postgres wrote.

    Raises NodeFault.
    """
    tokens: list[str] = _TOKEN.findall(text)
    # Lists and nodes that are not over, the innermost last; queries nest deeper than calls may.
    top = _Open(None)
    opened = [top]
    at = 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        within = opened[-1]
        is_named = within.tag is not None and within.name is None
        if token == "(":
            opened.append(_Open(None))
        elif token == "{":
            opened.append(_Open(tokens[at] if at < len(tokens) else ""))
            at += 1
        elif token in ")}":
            if len(opened) == 1 or (token == "}") != is_named:
                raise NodeFault(f"{token} where it was not due")
            opened.pop()
            is_list = within.tag is None
            opened[-1].add(within.items if is_list else Node(within.tag or "", within.fields))
        elif is_named and token == "[":
            at = _read_datum(tokens, at, within)
        elif is_named:
            if not token.startswith(":"):
                raise NodeFault(f"{token} where a field of {within.tag} was due")
            within.name = token[1:]
        else:
            within.add(_word(token))
    if len(opened) > 1 or len(top.items) != 1:
        raise NodeFault("this is not one value")
    return top.items[0]


def _read_datum(tokens: list[str], at: int, within: _Open) -> int:
    """Reads the octets of a datum up to `]`, in the place of their number, which came before."""
    try:
        end = tokens.index("]", at)
    except ValueError:
        raise NodeFault("a datum has no end") from None
    if not within.fields:
        raise NodeFault("a datum where a field was due")
    octets: list[Value] = list(tokens[at:end])
    within.fields[next(reversed(within.fields))] = octets
    return end + 1
