"""Writes `Sources/Python/necro/redict/_commands.py`: a typed method for each command.

The commands come from the schemas that Valkey keeps of its own (a JSON file each, BSD licence):
names, arguments and replies. Where a method is not what follows from the schema, because its
users expect a mapping, or one option changes the reply, `redictoverrides.py` says what it is; then
its doc string is the command's syntax. Other signatures say as much, and installed, necro is to
fit in 1 MB.

Run: `python Sources/Python/generate/redictcommands.py VECTORS/valkey-commands > FILE`, then
`ruff format FILE`.
"""

from __future__ import annotations

import json
import keyword
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from redictoverrides import OMITTED, OVERRIDES, REPLIES

type Schema = dict[str, Any]

HEAD = '''"""The commands, a typed method each.

Written by `Sources/Python/generate/redictcommands.py`.
"""

# ruff: noqa: A002, E501

from __future__ import annotations

from necro.redict._shapes import geo, interleaved, swapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from necro.redict._faces import Argument, Fields, Key, Request, Scores, either, typed

    type Set[Member] = set[Member]
else:
    from necro.redict._faces import either, typed

__all__ = ["Commands"]

# The default of what makes another reply where it is given.
_NO: Any = None


class Commands[T: (str, bytes)]:
    """Every command of Redict, Redis and Valkey.

    A method has the command's name, its words joined by `_`, and its arguments in their order;
    options are keywords: `SET key value EX 5` is `set(key, value, ex=5)`.

    What a method returns depends on the face that it is called on: an awaitable, the reply, or a
    place in a pipeline.
    """

    if TYPE_CHECKING:

        def _call(
            self, shape: str, name: str, /, *arguments: Argument, **options: object
        ) -> Request[Any]: ...

    @typed
    def command(self, name: str, *arguments: Argument) -> Request[Any]:
        """Any command, by its name: `command("OBJECT", "ENCODING", key)`.

        The reply is what it is in the version of the protocol that the connection speaks.
        """
        return self._call(".", name, *arguments)

'''
TYPES = {"key": "Key", "integer": "int", "double": "float", "unix-time": "int"}
# Names of arguments that may be numbers or bounds such as "(1" and "-inf".
BOUNDS = ("min", "max", "start", "stop", "end")


def commands(folder: Path) -> Iterator[tuple[str, Schema]]:
    """Names with their schemas, in order."""
    found: dict[str, Schema] = {}
    for path in sorted(folder.glob("*.json")):
        schemas: dict[str, Schema] = json.loads(path.read_text())
        for name, schema in schemas.items():
            if "ONLY_SENTINEL" in schema.get("command_flags", []):
                continue
            container = schema.get("container")
            found[f"{container} {name}" if container else name] = schema
    containers = {name.split()[0] for name in found if " " in name}
    for name in sorted(found):
        if name not in OMITTED and name not in containers:
            yield name, found[name]


def identifier(text: str) -> str:
    """A name of Python's."""
    name = text.lower().replace("-", "_").replace(" ", "_").replace(":", "")
    return name + "_" if keyword.iskeyword(name) else name


def syntax(argument: Schema) -> str:
    """An argument as documentation writes it."""
    kind: str = argument["type"]
    token: str | None = argument.get("token")
    text: str
    if kind == "pure-token":
        text = token or ""
    elif kind in ("oneof", "block"):
        parts = [syntax(each) for each in argument["arguments"]]
        text = (" | " if kind == "oneof" else " ").join(parts)
        if kind == "oneof" and not argument.get("optional"):
            text = f"<{text}>"
    else:
        text = argument["name"]
    if token is not None and kind != "pure-token":
        text = f"{token or '""'} {text}"
    if argument.get("multiple"):
        text = f"{text} [{text} ...]"
    return f"[{text}]" if argument.get("optional") else text


class Method:
    """A method that follows from a schema."""

    def __init__(self, name: str, schema: Schema) -> None:
        self.name = name
        self.positional: list[str] = []
        self.rest = ""
        self.named: list[str] = []
        self.call: list[str] = []
        self._is_named = False
        arguments: list[Schema] = schema.get("arguments", [])
        for place, argument in enumerate(arguments):
            if argument["name"] == "numkeys":
                continue
            counted = place > 0 and arguments[place - 1]["name"] == "numkeys"
            self._take(argument, optional=argument.get("optional", False), counted=counted)

    def _emit(self, text: str, *, is_sequence: bool = False) -> None:
        """An argument whose value stands alone, in its place."""
        if self._is_named:
            self.call.append(f"{'_' * (1 + sum(c.startswith('_') for c in self.call))}={text}")
        else:
            self.call.append(f"*{text}" if is_sequence else text)

    def _emit_named(self, token: str, name: str) -> None:
        self._is_named = True
        if token.isidentifier():
            self.call.append(f"{token}={name}")
        else:
            self.call.append(f'**{{"{token}": {name}}}')

    def _kind(self, argument: Schema) -> str:
        if argument["type"] == "double" and argument["name"] in BOUNDS:
            return "Argument"
        return TYPES.get(argument["type"], "Argument")

    def _take(self, argument: Schema, *, optional: bool, counted: bool) -> None:
        kind, token = argument["type"], argument.get("token")
        name = identifier(token or argument["name"])
        if kind == "pure-token":
            self.named.append(f"{name}: bool = False")
            self._emit_named(token or "", name)
        elif kind == "oneof":
            self._take_one(argument, optional=optional)
        elif kind == "block":
            self._take_block(argument, name, optional=optional)
        elif argument.get("multiple_token"):
            raise NotImplementedError(f"{self.name}: {name} needs an override")
        elif argument.get("multiple"):
            if token:
                self.named.append(f"{name}: Sequence[{self._kind(argument)}] | None = None")
                self._emit_named(token, name)
                return
            if self.rest:
                raise NotImplementedError(f"{self.name}: {name} needs an override")
            plural = name + "s"
            self.rest = f"*{plural}: {self._kind(argument)}"
            if counted:
                self._emit(f"len({plural})")
            self._emit(plural, is_sequence=True)
        elif token and optional:
            self.named.append(f"{name}: {self._kind(argument)} | None = None")
            self._emit_named(token, name)
        elif token:
            self.positional.append(f"{name}: {self._kind(argument)}")
            self._emit_named(token, name)
        elif optional:
            self.positional.append(f"{name}: {self._kind(argument)} | None = None")
            self._is_named = True
            self._emit(name)
        else:
            if self.rest:
                raise NotImplementedError(f"{self.name}: {name} needs an override")
            self.positional.append(f"{name}: {self._kind(argument)}")
            self._emit(name)

    def _take_one(self, argument: Schema, *, optional: bool) -> None:
        members: list[Schema] = argument["arguments"]
        if not optional:
            if any(each["type"] != "pure-token" for each in members):
                raise NotImplementedError(f"{self.name}: needs an override")
            name = identifier(argument["name"])
            literals = ", ".join(f'"{each["token"]}"' for each in members)
            self.positional.append(f"{name}: Literal[{literals}]")
            self._emit(name)
            return
        token = argument.get("token")
        if token is not None:
            literals = ", ".join(f'"{each["token"]}"' for each in members)
            name = identifier(token)
            self.named.append(f"{name}: Literal[{literals}] | None = None")
            self._emit_named(token, name)
            return
        for each in members:
            self._take(each, optional=True, counted=False)

    def _take_block(self, argument: Schema, name: str, *, optional: bool) -> None:
        members: list[Schema] = argument["arguments"]
        token = argument.get("token")
        if argument.get("multiple") or not optional:
            raise NotImplementedError(f"{self.name}: {name} needs an override")
        if token is None:
            for each in members:
                self._take(each, optional=True, counted=False)
            return
        kinds = ", ".join(self._kind(each) for each in members)
        self.named.append(f"{name}: tuple[{kinds}] | None = None")
        self._emit_named(token, name)

    @property
    def parameters(self) -> str:
        """What stands between the parentheses."""
        parts = [*self.positional]
        if self.rest:
            parts.append(self.rest)
        elif self.named:
            parts.append("*")
        return ", ".join([*parts, *self.named])


def reply(schema: Schema | None) -> str:
    """A reply's schema in short: `string|null`, `list[integer]`."""
    if not schema:
        return "any"
    for union in ("anyOf", "oneOf"):
        if union in schema:
            members: list[Schema] = schema[union]
            return "|".join(sorted({reply(each) for each in members}))
    if "const" in schema:
        return repr(schema["const"])
    kind: str = schema.get("type", "any")
    if kind == "array":
        items: Schema | list[Schema] | None = schema.get("items")
        return f"list[{reply(items)}]" if isinstance(items, dict) else "any"
    if kind == "object":
        rest: Schema | bool | None = schema.get("additionalProperties")
        return f"dict[{reply(rest)}]" if isinstance(rest, dict) else "any"
    return kind


# Type and shape by what `reply` gives.
KINDS = {
    "'OK'": ("bool", "o"),
    "'OK'|null": ("bool | None", "o"),
    "0|1": ("bool", "b"),
    "integer": ("int", "."),
    "-1|-2|integer": ("int", "."),
    "-1|integer": ("int", "."),
    "-1|0|integer": ("int", "."),
    "integer|null": ("int | None", "."),
    "string": ("T", "."),
    "null|string": ("T | None", "."),
    "number": ("float", "f"),
    "null|number": ("float | None", "f"),
    "list[string]": ("list[T]", "."),
    "list[null|string]": ("list[T | None]", "."),
    "list[integer]": ("list[int]", "."),
    "list[integer|null]": ("list[int | None]", "."),
    "list[0|1]": ("list[bool]", "[b"),
    "list[null|number]": ("list[float | None]", "[f"),
    "dict[string]": ("dict[T, T]", "{."),
}
# What their users take for a set.
SETS = ("SDIFF", "SINTER", "SMEMBERS", "SUNION")


def method(name: str, schema: Schema) -> str:
    """The text of a command's method."""
    arguments = " ".join(syntax(each) for each in schema.get("arguments", []))
    said = f"{name} {arguments}".strip()
    own = "delete" if name == "DEL" else identifier(name)
    override = OVERRIDES.get(name)
    if override is not None:
        return overridden(name, own, said, override)
    made = Method(name, schema)
    if name in REPLIES:
        kind, shape = REPLIES[name]
    elif name in SETS:
        kind, shape = "Set[T]", "<."
    else:
        kind, shape = KINDS.get(reply(schema.get("reply_schema")), ("", ""))
        if not kind:
            raise NotImplementedError(f"{name}: {reply(schema.get('reply_schema'))}")
    return text(own, made.parameters, kind, "", f'"{shape}"', name, made.call)


def text(
    own: str, parameters: str, kind: str, said: str, shape: str, name: str, call: list[str]
) -> str:
    """A method."""
    arguments = ", ".join([shape, f'"{name}"', *call])
    signature = f"self, {parameters}" if parameters else "self"
    doc = f'        """{said}"""\n' if said else ""
    return (
        f"    @typed\n    def {own}({signature}) -> Request[{kind}]:\n"
        f"{doc}        return self._call({arguments})\n"
    )


def overridden(name: str, own: str, said: str, override: tuple[str, ...]) -> str:
    """A method as the table has it: of one form, or of two that differ in their reply."""
    if len(override) == 4:
        parameters, kind, shape, call = override
        return text(own, parameters, kind, said, shape, name, [call] if call else [])
    first, first_kind, parameters, kind, shape, call = override
    arguments = ", ".join(filter(None, [shape, f'"{name}"', call]))
    return (
        f"    def _{own}(self, {first}) -> Request[{first_kind}]:\n"
        '        return self._call("", "")\n\n'
        f"    @either(_{own})\n    def {own}(self, {parameters}) -> Request[{kind}]:\n"
        f'        """{said}"""\n        return self._call({arguments})\n'
    )


def generate(folder: Path) -> str:
    """The module's text, not yet formatted."""
    known = dict(commands(folder))
    for name in OVERRIDES.keys() | REPLIES.keys():
        if name not in known:
            sys.exit(f"no schema of {name}")
    methods = [method(name, schema) for name, schema in known.items()]
    return HEAD + "\n".join(methods)


if __name__ == "__main__":
    print(generate(Path(sys.argv[1])), end="")
