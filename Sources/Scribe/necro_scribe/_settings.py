"""`[tool.necro.scribe]` of pyproject.toml: where the SQL is, and what is made of it."""

import keyword
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import cast

__all__ = ["Settings", "SettingsError", "read_settings"]

# What is looked for where the settings name nothing.
SCHEMAS = ("undead.sql", "schema.sql", "migrations", "schema")
QUERIES = ("spells.sql", "queries.sql", "queries")
# What is written unless the settings say otherwise.
MODELS, SPELLS, LOCK = "undead.py", "spells.py", "scribe.lock"


class SettingsError(Exception):
    """The settings are wrong; one line.

    - is_absence: whether all that is wrong is that there is no SQL.
    """

    def __init__(self, message: str, *, is_absence: bool = False) -> None:
        super().__init__(message)
        self.is_absence = is_absence


@dataclass(frozen=True, slots=True)
class Settings:
    """What scribe is to do. All paths are relative to `folder`.

    - schema: files, or folders of migrations, applied in this order.
    - queries: files, or folders of them.
    - models, spells: the files that are written.
    - lock: the file that remembers what was read, for `--check`.
    - null_elements: whether elements of arrays are typed as perhaps None. Postgres allows NULL
      among them whatever the column says.
    - types: Python types, as annotations, of Postgres types that scribe knows none of, or others
      than it would take.
    - names: classes of tables and types, by their names in Postgres.
    """

    folder: Path
    schema: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    models: str = MODELS
    spells: str = SPELLS
    lock: str = LOCK
    null_elements: bool = True
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    def digest_text(self) -> str:
        """Everything that the output depends on, as text."""
        shown = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "folder"}
        return repr(sorted(shown.items(), key=lambda item: item[0]))


def read_settings(folder: Path, *, needs_queries: bool = True) -> Settings:
    """The settings of the project in a folder; what is not said is found by its usual name.

    - needs_queries: whether it is an error that there are none.

    Raises SettingsError.
    """
    if not folder.is_dir():
        raise SettingsError(f"{folder} is not a folder")
    table = _table(folder / "pyproject.toml")
    known = {one.name for one in fields(Settings) if one.name != "folder"}
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = (
                f"; did you mean {near[0]}?" if near else f"; there is {', '.join(sorted(known))}"
            )
            raise SettingsError(f"[tool.necro.scribe] has no key {key!r}{hint}")
    settings = Settings(
        folder,
        schema=_paths(table, "schema") or _found(folder, SCHEMAS, "a schema"),
        queries=_paths(table, "queries")
        or (_found(folder, QUERIES, "queries") if needs_queries else ()),
        models=_output(table, "models", MODELS),
        spells=_output(table, "spells", SPELLS),
        lock=_text(table, "lock", LOCK),
        null_elements=_flag(table, "null_elements", default=True),
        types=_texts(table, "types"),
        names=_texts(table, "names"),
    )
    if Path(settings.models) == Path(settings.spells):
        raise SettingsError("[tool.necro.scribe] models and spells are the same file")
    for name, chosen in settings.names.items():
        if not chosen.isidentifier() or keyword.iskeyword(chosen):
            raise SettingsError(f"[tool.necro.scribe.names] {name}: {chosen!r} is no class name")
    return settings


def _table(path: Path) -> dict[str, object]:
    try:
        text = path.read_text()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    try:
        document: object = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from None
    for name in ("tool", "necro", "scribe"):
        if not isinstance(document, dict):
            raise SettingsError(f"{path}: {name} is not in a table")
        document = cast("dict[str, object]", document).get(name, {})
    if not isinstance(document, dict):
        raise SettingsError(f"{path}: tool.necro.scribe is not a table")
    return cast("dict[str, object]", document)


def _found(folder: Path, names: tuple[str, ...], what: str) -> tuple[str, ...]:
    for name in names:
        if (folder / name).exists():
            return (name,)
    raise SettingsError(
        f"{folder.resolve()} holds no {' or '.join(names)}: {what} may be named in"
        " [tool.necro.scribe] of pyproject.toml",
        is_absence=True,
    )


def _paths(table: dict[str, object], key: str) -> tuple[str, ...]:
    """A path, or a list of them."""
    value = table.get(key, [])
    if not isinstance(value, (str, list)):
        raise SettingsError(f"[tool.necro.scribe] {key} is a path or a list of paths")
    paths: list[str] = []
    for one in [value] if isinstance(value, str) else cast("list[object]", value):
        if not isinstance(one, str) or not one:
            raise SettingsError(f"[tool.necro.scribe] {key} is a path or a list of paths")
        paths.append(one)
    return tuple(paths)


def _text(table: dict[str, object], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or not value:
        raise SettingsError(f"[tool.necro.scribe] {key} is a path")
    return value


def _output(table: dict[str, object], key: str, default: str) -> str:
    """A file of Python that another module can import."""
    value = _text(table, key, default)
    stem = Path(value).stem
    if Path(value).suffix != ".py" or not stem.isidentifier() or keyword.iskeyword(stem):
        raise SettingsError(f"[tool.necro.scribe] {key}: {value!r} is no name of a module")
    return value


def _flag(table: dict[str, object], key: str, *, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise SettingsError(f"[tool.necro.scribe] {key} is true or false")
    return value


def _texts(table: dict[str, object], key: str) -> dict[str, str]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise SettingsError(f"[tool.necro.scribe.{key}] is a table of texts")
    texts: dict[str, str] = {}
    for name, text in cast("dict[str, object]", value).items():
        if not isinstance(text, str):
            raise SettingsError(f"[tool.necro.scribe.{key}] {name} is not a text")
        texts[name] = text
    return texts
