"""The command line: `necro host`, `necro routes`, `necro scribe`.

Whatever goes wrong is one line on stderr, after the traceback of the app's own code where that
raised. The exit status is 2 for a wrong use and 1 for the rest.
"""

import argparse
import os
import sys

from necro import __version__
from necro._errors import StartupError
from necro._options import OPTIONS, HostOptions, OptionError, Setting, settings
from necro._spec import SpecError, load, parse_spec
from necro._tls_options import check_tls_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from necro._routes import CompiledRoute
    from necro._spec import AppSpec

__all__ = ["main"]

_SPEC_HELP = "a module (its attribute 'app'), package.module:attribute, or a .py file"


class UsageError(Exception):
    """The command line is wrong; one line."""


class _HelpFormatter(argparse.HelpFormatter):
    """As wide as the terminal, without the module that argparse would ask.

    It makes a formatter for each option of a parser, also where nobody asks for help.
    """

    def __init__(self, prog: str) -> None:
        try:
            columns = int(os.environ["COLUMNS"])
        except (KeyError, ValueError):
            try:
                columns = os.get_terminal_size().columns
            except OSError:
                columns = 80
        super().__init__(prog, width=columns - 2)


class _Parser(argparse.ArgumentParser):
    """Raises in place of printing the usage and ending the process."""

    def __init__(self, **keywords: "Any") -> None:
        """An ArgumentParser, with a formatter of its own."""
        keywords.setdefault("formatter_class", _HelpFormatter)
        super().__init__(**keywords)

    def error(self, message: str) -> "NoReturn":
        """Is called by argparse for a wrong command line."""
        raise UsageError(f"{self.prog}: {message}")


def main(argv: "list[str] | None" = None) -> int:
    """Runs a command line and returns its exit status.

    - argv: the arguments without the program's name; None for those of the process.
    """
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except (UsageError, OptionError) as error:
        print(_line(error), file=sys.stderr)
        return 2
    except StartupError as error:
        if error.traceback:
            sys.stderr.write(error.traceback)
        print(_line(error), file=sys.stderr)
        return 1
    except (ImportError, OSError) as error:
        print(_line(error), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + 2
    except SystemExit as error:
        # argparse ends so after --help and --version.
        return error.code if isinstance(error.code, int) else 0


def _line(error: Exception) -> str:
    """An error as one line that begins with the program's name."""
    text = " ".join(str(error).split())
    return text if text.startswith("necro") else f"necro: {text}"


def _parser() -> "tuple[_Parser, dict[str, _Parser]]":
    """The parser, and those of the commands by name."""
    parser = _Parser(prog="necro", description="Serves Python apps.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"necro {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=_Parser)
    host = commands.add_parser("host", help="serve an app", allow_abbrev=False)
    host.add_argument("app", metavar="APP", nargs="?", help=_SPEC_HELP)
    for option in OPTIONS:
        if option.key == "dev":
            host.add_argument("--dev", action="store_const", const=True, help=option.help)
        elif option.key != "app":
            action = "append" if option.repeats else "store"
            host.add_argument(
                f"--{option.key}", action=action, metavar=option.metavar, help=option.help
            )
    host.add_argument(
        "--show-config", action="store_true", help="print the options, where each is from, and end"
    )
    routes = commands.add_parser("routes", help="list an app's routes", allow_abbrev=False)
    routes.add_argument("spec", metavar="APP", help=_SPEC_HELP)
    scribe = commands.add_parser(
        "scribe", help="write typed Python for files of SQL", allow_abbrev=False
    )
    scribe.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="with pyproject.toml and the SQL"
    )
    scribe.add_argument(
        "--check", action="store_true", help="only say, with a diff, whether it is up to date"
    )
    scribe.add_argument("--watch", action="store_true", help="write at every change")
    scribe.add_argument(
        "--database", metavar="URL", help="where the schema is tried and rolled back"
    )
    return parser, {"host": host, "routes": routes, "scribe": scribe}


def _run(argv: "list[str]") -> int:
    """Runs a command line; raises what `main` turns into a line."""
    parser, commands = _parser()
    _check_names(argv, parser, commands)
    options = parser.parse_args(argv)
    if options.command is None:
        raise UsageError(f"necro: a command is missing: {' or '.join(commands)}")
    if options.command == "routes":
        from necro._services import Services
        from necro._state import State

        spec = _spec(options.spec)
        compiled = load(spec).compile(State(), Services(assumes_missing=True))
        routes = [route for route in compiled if route.methods]
        print(_table(routes) if routes else f"{spec.text} has no routes")
        return 0
    if options.command == "scribe":
        return _scribe(options)
    flags = {one.key: getattr(options, one.key.replace("-", "_")) for one in OPTIONS}
    pyproject = "pyproject.toml" if os.path.isfile("pyproject.toml") else None
    found = settings(flags, os.environ, pyproject)
    if options.show_config:
        print(_settings_table(found))
        return 0
    host_options = HostOptions()
    for setting in found:
        host_options.set(setting)
    check_tls_options(host_options)
    if host_options.app is None:
        raise UsageError("necro host: the following arguments are required: APP")
    spec = _spec(host_options.app)
    from necro._host import run

    return run(spec, host_options)


def _scribe(options: argparse.Namespace) -> int:
    """Runs the generator, which is a distribution of its own."""
    if options.check and options.watch:
        raise UsageError("necro scribe: --check and --watch are not for one run")
    try:
        from necro_scribe import run
    except ModuleNotFoundError as error:
        if error.name != "necro_scribe":
            raise
        raise StartupError("necro scribe is not installed: pip install 'necro[scribe]'") from None
    return run(options.folder, database=options.database, check=options.check, watch=options.watch)


def _spec(text: str) -> "AppSpec":
    """The parts of a spec; raises UsageError when it has not the form of one."""
    try:
        return parse_spec(text)
    except SpecError as error:
        raise UsageError(str(error)) from None


def _settings_table(found: "list[Setting]") -> str:
    """The options as aligned columns: key, value, and where that was said."""
    rows = [(one.option.key, one.text, one.where) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(
        f"{key:<{widths[0]}}  {text:<{widths[1]}}  {where}" for key, text, where in rows
    )


def _check_names(argv: "list[str]", parser: _Parser, commands: "dict[str, _Parser]") -> None:
    """Raises UsageError for an unknown command or option, with the nearest known one."""
    if not argv:
        return
    name = argv[0]
    if not name.startswith("-") and name not in commands:
        raise UsageError(f"necro: there is no command {name!r}{_hint(name, commands)}")
    used = commands.get(name, parser)
    known = [option for action in used._actions for option in action.option_strings]
    for argument in argv:
        option = argument.partition("=")[0]
        if option.startswith("--") and len(option) > 2 and option not in known:
            raise UsageError(f"{used.prog}: there is no option {option}{_hint(option, known)}")


def _hint(name: str, known: "Sequence[str] | dict[str, _Parser]") -> str:
    """The nearest known name as the end of a sentence, else all of them."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else f"; there is {', '.join(known)}"


def _table(routes: "list[CompiledRoute]") -> str:
    """The routes as aligned columns; names and summaries only where there are any."""
    rows = [("METHODS", "PATH", "HANDLER", "NAME", "SUMMARY")]
    for route in routes:
        own = route.handler.rpartition(".")[2]
        name = route.name if route.name != own else ""
        rows.append(
            (",".join(route.methods), route.template, route.handler, name, route.summary or "")
        )
    shown = [i for i in range(5) if i < 3 or any(row[i] for row in rows[1:])]
    widths = {i: max(len(row[i]) for row in rows) for i in shown}
    return "\n".join("  ".join(f"{row[i]:<{widths[i]}}" for i in shown).rstrip() for row in rows)
