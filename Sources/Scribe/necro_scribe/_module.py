"""Writing a module of Python: its imports, and lines that are not too long.

What is written is as `ruff format` leaves it, which a test holds it to.
"""

from collections.abc import Iterable, Sequence

__all__ = ["WIDTH", "Module", "call", "docstring", "string", "text_constant"]

WIDTH = 100
_FUTURE = "__future__"
_STANDARD = frozenset(
    {"collections.abc", "datetime", "decimal", "enum", "ipaddress", "typing", "uuid", "builtins"}
)


class Module:
    """A module that is being written.

    - taken: names that stand for something else within its classes, so that no import may have
      them.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = frozenset(taken)
        self._imports: dict[str, set[str]] = {}
        self.body: list[str] = []

    def use(self, module: str, name: str) -> str:
        """Imports a name and returns what it is called here."""
        if module == "builtins" and name not in self._taken:
            return name
        self._imports.setdefault(module, set()).add(name)
        return f"{name}_type" if name in self._taken else name

    def add(self, *lines: str) -> None:
        """Appends lines."""
        self.body += lines

    def text(self, heading: str) -> str:
        """All of it, below a doc string."""
        lines = [f'"""{heading}"""', ""]
        sections: dict[int, list[str]] = {}
        for module in self._imports:
            order = 0 if module in _STANDARD else 1 if module.startswith("necro") else 2
            sections.setdefault(order, []).append(module)
        for order in sorted(sections):
            for module in sorted(sections[order], key=lambda one: (one.startswith("."), one)):
                lines += self._import(module)
            lines.append("")
        body = "\n".join(self.body).strip("\n").split("\n")
        if self._imports and body[0].startswith(("class ", "def ", "async ")):
            lines.append("")
        return "\n".join([*lines, *body]).rstrip("\n") + "\n"

    def _import(self, module: str) -> list[str]:
        names = [
            f"{name} as {name}_type" if name in self._taken else name
            for name in sorted(self._imports[module], key=_import_order)
        ]
        line = f"from {module} import {', '.join(names)}"
        if len(line) <= WIDTH:
            return [line]
        return [f"from {module} import (", *(f"    {name}," for name in names), ")"]


def _import_order(name: str) -> tuple[int, str]:
    """Constants, classes, functions: as ruff sorts what is imported."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return (kind, name)


def string(text: str) -> str:
    """A literal in double quotes, unless single ones need fewer escapes."""
    shown = repr(text)
    if shown.startswith('"') or '"' in text:
        return shown
    return f'"{shown[1:-1]}"'


def text_constant(name: str, annotation: str, text: str) -> list[str]:
    """A constant of text, over several lines where the text has them."""
    if "\n" not in text:
        line = f"{name}{annotation} = {string(text)}"
        if len(line) <= WIDTH:
            return [line]
    escaped = text.replace("\\", "\\\\").replace('"""', '""\\"').replace("\r", "\\r")
    escaped = "".join(
        one if one.isprintable() or one in "\n\t" else _escape(one) for one in escaped
    )
    if escaped.endswith('"'):
        escaped = f'{escaped[:-1]}\\"'
    return [f'{name}{annotation} = """\\', *f'{escaped}"""'.split("\n")]


def _escape(character: str) -> str:
    code = ord(character)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def docstring(text: str, indent: int) -> list[str]:
    """A doc string; its lines are kept."""
    space = " " * indent
    escaped = text.replace("\\", "\\\\").replace('"""', "'''")
    lines = [line.rstrip() for line in escaped.strip().split("\n")] or [""]
    if len(lines) == 1:
        end = " " if lines[0].endswith('"') else ""
        return [f'{space}"""{lines[0]}{end}"""']
    return [
        f'{space}"""{lines[0]}',
        *(f"{space}{line}" if line else "" for line in lines[1:]),
        f'{space}"""',
    ]


def call(head: str, arguments: Sequence[str], tail: str, indent: int) -> list[str]:
    """`head(arguments)tail`, one argument a line where they do not fit on one."""
    space = " " * indent
    line = f"{space}{head}({', '.join(arguments)}){tail}"
    if len(line) <= WIDTH:
        return [line]
    inner = f"{space}    {', '.join(arguments)}"
    if len(inner) <= WIDTH and "*" not in arguments:
        return [f"{space}{head}(", inner, f"{space}){tail}"]
    return [f"{space}{head}(", *(f"{space}    {one}," for one in arguments), f"{space}){tail}"]
