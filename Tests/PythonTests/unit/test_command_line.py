"""`necro host` and `necro routes`: options, specs, and one line for whatever is wrong."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from necro._cli import main
from necro._errors import StartupError
from necro._options import OPTIONS, HostOptions, Option, OptionError, parse_bind, resolve
from necro._spec import AppSpec, SpecError, parse_spec

APP = """
import necro

app = necro.App()

@app.get("/", summary="The front door.")
async def index():
    return {}

@app.route("/summon/{id}", methods=["GET", "PUT"], name="summon")
async def summon_one(id: int) -> None: ...
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A current folder with an app, whose imports are forgotten afterwards."""
    (tmp_path / "crypt.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in ("APP", "BIND", "WORKERS", "ACCESS_LOG", "LOG_FORMAT", "LOG_LEVEL"):
        monkeypatch.delenv(f"NECRO_{name}", raising=False)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(tmp_path)):
            del sys.modules[name]


class FakeHost:
    """Stands for `necro._host`, and keeps what it was called with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.called: tuple[AppSpec, HostOptions] | None = None
        self.error: Exception | None = None
        module = ModuleType("necro._host")
        module.run = self.run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "necro._host", module)

    def run(self, spec: AppSpec, options: HostOptions) -> int:
        """Is called by the command line."""
        self.called = spec, options
        if self.error is not None:
            raise self.error
        return 0


def failure(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    """The status and the one line of a command that fails."""
    status = main(list(argv))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return status, captured.err.rstrip("\n")


def test_routes_are_listed_in_aligned_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["routes", "crypt"]) == 0
    assert capsys.readouterr().out == (
        "METHODS  PATH          HANDLER           NAME    SUMMARY\n"
        "GET      /             crypt.index               The front door.\n"
        "GET,PUT  /summon/{id}  crypt.summon_one  summon\n"
    )


def test_routes_are_listed_without_a_database(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (folder / "grave.py").write_text(
        "import necro\napp = necro.App()\n\n@app.get('/')\nasync def index(db): ...\n"
    )
    assert main(["routes", "grave"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["GET", "/", "grave.index"]
    assert main(["host", "grave"]) == 1
    assert capsys.readouterr().err == (
        "necro: GET / (grave.index), parameter 'db': needs a Postgres database, and none is"
        " configured: set --database or DATABASE_URL, or start the host with --dev\n"
    )


def test_an_app_without_routes_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bare.py").write_text("import necro\napp = necro.App()\n")
    assert main(["routes", "bare"]) == 0
    assert capsys.readouterr().out == "bare has no routes\n"


def test_an_app_is_found_by_module_attribute_and_file(folder: Path) -> None:
    package = folder / "pkg"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text(f"{APP}\nclass Holder:\n    held = app\n")
    for spec in ("crypt", "crypt:app", "pkg.inner", "pkg.inner:Holder.held", "crypt.py"):
        assert main(["routes", spec]) == 0, spec
    assert main(["routes", "pkg/inner.py:Holder.held"]) == 0
    assert main(["routes", str(folder / "crypt.py")]) == 0


def test_a_file_imports_what_lies_beside_it(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "beside.py").write_text("PATH = '/'\n")
    (inner / "front.py").write_text(APP.replace("import necro", "import necro, beside"))
    assert main(["routes", "inner/front.py"]) == 0


@pytest.mark.parametrize(
    ("spec", "line"),
    [
        ("crypts", "there is no module 'crypts' in {folder}; did you mean 'crypt'?"),
        ("crypt.inner", "there is no module 'crypt.inner' in {folder}; did you mean 'crypt'?"),
        ("cript.py", "'cript.py': there is no file {folder}/cript.py; did you mean 'crypt.py'?"),
        ("no/where.py", "'no/where.py': there is no file {folder}/no/where.py"),
        (
            "crypt:api",
            "'crypt:api': module 'crypt' has no attribute 'api'; did you mean 'crypt:app'?",
        ),
        ("crypt:index", "'crypt:index': 'index' is a builtins.function, not a necro.App"),
    ],
)
def test_an_app_that_is_not_there_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], spec: str, line: str
) -> None:
    expected = "necro: " + line.replace("{folder}", str(folder))
    assert failure(capsys, "routes", spec) == (1, expected)


def test_a_module_without_an_app_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bare.py").write_text("")
    status, line = failure(capsys, "routes", "bare")
    assert (status, line) == (
        1,
        "necro: 'bare': module 'bare' has no attribute 'app' and no necro.App",
    )


@pytest.mark.parametrize(
    ("source", "last", "shown"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'", "import nowhere"),
        ("def f():\n    1 / 0\nf()", "ZeroDivisionError: division by zero", "1 / 0"),
        ("def f(:", "SyntaxError: invalid syntax", "def f(:"),
        ("raise SystemExit(3)", "SystemExit: 3", "raise SystemExit(3)"),
    ],
)
@pytest.mark.parametrize("spec", ["broken", "broken.py"])
def test_an_app_that_fails_to_import_shows_its_traceback_and_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    last: str,
    shown: str,
    spec: str,
) -> None:
    (folder / "broken.py").write_text(source)
    assert main(["routes", spec]) == 1
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert lines[-1] == f"necro: '{spec}' fails to import: {last}"
    assert shown in captured.err
    assert "importlib" not in captured.err
    assert "_spec.py" not in captured.err


def test_a_start_up_error_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "wrong.py").write_text(
        "import necro\napp = necro.App()\n@app.get('/')\ndef index(reqest): ...\n"
    )
    status, line = failure(capsys, "routes", "wrong")
    assert status == 1
    assert line == (
        "necro: GET / (wrong.index), parameter 'reqest': nothing has this name;"
        " did you mean 'request'?"
    )


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ([], "necro: a command is missing: host or routes or scribe"),
        (["hots"], "necro: there is no command 'hots'; did you mean host?"),
        (["xyzzy"], "necro: there is no command 'xyzzy'; there is host, routes, scribe"),
        (["host"], "necro host: the following arguments are required: APP"),
        (["host", "crypt", "more"], "necro: unrecognized arguments: more"),
        (
            ["host", "crypt", "--wrokers", "3"],
            "necro host: there is no option --wrokers; did you mean --workers?",
        ),
        (["host", "crypt", "--bind"], "necro host: argument --bind: expected one argument"),
        (
            ["host", "crypt", "--workers", "0"],
            "necro: --workers: a number from 1 to 1024 or 'auto' is expected",
        ),
        (
            ["host", "crypt", "--bind", "8000"],
            "necro: --bind: '8000' is not HOST:PORT, unix:/path or fd:N",
        ),
        (
            ["host", "a b"],
            "necro: 'a b' is neither a module, nor 'module:attribute', nor a '.py' file",
        ),
        (
            ["host", "a:b c"],
            "necro: 'a:b c': what follows the ':' is not the name of an attribute",
        ),
        (["host", "a/b"], "necro: 'a/b' is a path that does not end in '.py'"),
    ],
)
def test_a_wrong_use_is_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], argv: list[str], line: str
) -> None:
    assert failure(capsys, *argv) == (2, line)


def test_version_and_help_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("necro ")
    assert main(["host", "--help"]) == 0
    assert "--access-log" in capsys.readouterr().out


def test_host_hands_over_spec_and_options(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FakeHost(monkeypatch)
    argv = ["host", "crypt", "--bind", "0.0.0.0:80", "--bind=unix:/tmp/s", "--workers", "3"]
    assert main([*argv, "--access-log", "-"]) == 0
    assert host.called is not None
    spec, options = host.called
    assert (spec.text, spec.module, spec.attribute, spec.path) == ("crypt", "crypt", "app", None)
    assert [bind.text for bind in options.binds] == ["0.0.0.0:80", "unix:/tmp/s"]
    assert (options.workers, options.access_log) == (3, "-")


def test_what_the_host_raises_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    host = FakeHost(monkeypatch)
    host.error = OSError("127.0.0.1:8000 is taken")
    assert failure(capsys, "host", "crypt") == (1, "necro: 127.0.0.1:8000 is taken")
    host.error = StartupError("a hook raised OSError", "Traceback\n")
    assert main(["host", "crypt"]) == 1
    assert capsys.readouterr().err == "Traceback\nnecro: a hook raised OSError\n"


@pytest.mark.api("Apps: each option is a flag, a variable and a key, in that precedence")
def test_flags_beat_the_environment_which_beats_pyproject(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = FakeHost(monkeypatch)
    (folder / "pyproject.toml").write_text(
        '[tool.necro]\nbind = ["[::1]:1", "127.0.0.1:1"]\nworkers = 1\naccess-log = "toml"\n'
    )
    monkeypatch.setenv("NECRO_WORKERS", "2")
    monkeypatch.setenv("NECRO_ACCESS_LOG", "environment")
    assert main(["host", "crypt", "--access-log", "flag"]) == 0
    assert host.called is not None
    options = host.called[1]
    assert [(bind.host, bind.port) for bind in options.binds] == [("::1", 1), ("127.0.0.1", 1)]
    assert (options.workers, options.access_log) == (2, "flag")


@pytest.mark.api("Apps: without --bind it is 127.0.0.1:8000")
def test_without_options_there_is_one_loopback_address_and_a_worker_per_core() -> None:
    options = resolve({}, {"NECRO_WORKERS": ""}, None)
    assert [bind.text for bind in options.binds] == ["127.0.0.1:8000"]
    assert (options.workers, options.access_log) == (None, None)
    assert resolve({"workers": "auto"}, {"NECRO_WORKERS": "2"}, None).workers is None


def test_several_addresses_in_the_environment_are_separated_by_commas() -> None:
    options = resolve({}, {"NECRO_BIND": "127.0.0.1:1, fd:3"}, None)
    assert [(bind.kind, bind.descriptor) for bind in options.binds] == [("tcp", -1), ("fd", 3)]


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[tool.necro]\nwrokers = 1", "[tool.necro] has no key 'wrokers'; did you mean 'workers'?"),
        ("[tool.necro]\naccess_log = 'a'", "did you mean 'access-log'?"),
        ("[tool.necro]\nzzz = 1", "it has app, bind, workers, access-log, log-format, log-level"),
        ("[tool.necro]\nworkers = true", "workers in [tool.necro]: a number from 1"),
        ("[tool.necro]\nbind = 1", "bind in [tool.necro]: an address is a string"),
        ("[tool.necro]\nbind = []", "one address at least"),
        ("[tool.necro]\naccess-log = 1", "a file or '-' is expected"),
        ("[tool]\nnecro = 1", "[tool.necro] is not a table"),
        ("[tool", "pyproject.toml: "),
    ],
)
def test_a_wrong_pyproject_says_where(folder: Path, toml: str, says: str) -> None:
    path = folder / "pyproject.toml"
    path.write_text(toml)
    with pytest.raises(OptionError) as caught:
        resolve({}, {}, str(path))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not HOST:PORT"),
        (":8000", "is not HOST:PORT"),
        ("::1:8000", "an IPv6 address stands in brackets"),
        ("h:65536", "from 0 to 65535"),
        ("h:x", "from 0 to 65535"),
        ("unix:", "names no path"),
        ("unix:/" + "a" * 107, "at most 107 octets"),
        ("fd:x", "the number of a descriptor"),
    ],
)
def test_a_wrong_address_is_refused(text: str, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        parse_bind(text)


def test_an_address_that_is_there_twice_is_refused() -> None:
    with pytest.raises(OptionError, match="there twice"):
        resolve({"bind": ["127.0.0.1:1", "127.0.0.1:1"]}, {}, None)


def test_a_spec_parses_again_from_its_text() -> None:
    spec = parse_spec("a/b.py:make.app")
    again = parse_spec(spec.text)
    assert (again.module, again.path, again.attribute) == (spec.module, spec.path, "make.app")
    with pytest.raises(SpecError):
        parse_spec(":app")


def test_the_app_may_stand_in_the_environment_and_in_pyproject(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = FakeHost(monkeypatch)
    (folder / "pyproject.toml").write_text('[tool.necro]\napp = "crypt"\nlog-format = "JSON"\n')
    assert main(["host", "--log-level", "Warning"]) == 0
    assert host.called is not None
    spec, options = host.called
    assert (spec.text, options.log_format, options.log_level) == ("crypt", "json", "warning")
    monkeypatch.setenv("NECRO_APP", "crypt:app")
    assert main(["host"]) == 0
    assert host.called[0].text == "crypt:app"
    assert main(["host", "crypt.py"]) == 0
    assert host.called[0].text == "crypt.py"


def test_the_options_are_shown_with_where_they_are_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.necro]\nbind = ["127.0.0.1:1", "unix:/tmp/s"]\nlog-level = "error"\n'
    )
    monkeypatch.setenv("NECRO_LOG_LEVEL", "debug")
    monkeypatch.setenv("NECRO_DATABASE", "postgresql://necro:secret@/graves")
    assert main(["host", "crypt", "--show-config", "--workers=3"]) == 0
    rows = [line.split(maxsplit=2) for line in capsys.readouterr().out.splitlines()]
    assert rows[:8] == [
        ["app", "crypt", "APP"],
        ["bind", "127.0.0.1:1,unix:/tmp/s", "bind in [tool.necro]"],
        ["workers", "3", "--workers"],
        ["access-log", "none", "default"],
        ["log-format", "text", "default"],
        ["log-level", "debug", "NECRO_LOG_LEVEL"],
        ["slow-handler-seconds", "1", "default"],
        ["database", "postgresql://necro:****@/graves", "NECRO_DATABASE"],
    ]
    assert main(["host", "--show-config"]) == 0
    assert capsys.readouterr().out.split()[:3] == ["app", "none", "default"]


def test_limits_reach_the_server_by_its_names_and_in_its_units() -> None:
    options = resolve({"head-seconds": "2.5"}, {"NECRO_CONTENT_OCTETS_MAX": "10"}, None)
    limits = options.native_limits
    assert (limits["headMilliseconds"], limits["contentOctetsMax"]) == (2500, 10)
    assert (limits["keepAliveMilliseconds"], limits["fieldLinesMax"]) == (75_000, 100)


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("content-octets-max", "0", "--content-octets-max: a number from 1 to"),
        ("content-octets-max", "1k", "a number from 1 to"),
        ("header-lines-max", "10001", "a number from 1 to 10000 is expected"),
        ("head-seconds", "0", "seconds from 0.001 to 86400 are expected"),
        ("head-seconds", "1e3", "seconds from 0.001"),
        ("head-seconds", "nan", "seconds from 0.001"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(key: str, value: str, says: str) -> None:
    with pytest.raises(OptionError) as caught:
        resolve({key: value}, {}, None)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("argv", "variables", "line"),
    [
        (["--log-format", "xml"], {}, "--log-format: text or json is expected"),
        (
            [],
            {"NECRO_LOG_LEVEL": "loud"},
            "NECRO_LOG_LEVEL: debug, info, warning, error or critical is expected",
        ),
        (
            [],
            {"NECRO_WORKER": "3"},
            "there is no variable NECRO_WORKER; did you mean NECRO_WORKERS?",
        ),
        (["--show-confg"], {}, "there is no option --show-confg; did you mean --show-config?"),
    ],
)
def test_a_wrong_option_is_one_line_wherever_it_stands(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    argv: list[str],
    variables: dict[str, str],
    line: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    status, said = failure(capsys, "host", "crypt", *argv)
    assert status == 2
    assert said.endswith(line)


def test_a_variable_that_is_nothing_like_ours_is_not_ours_to_judge() -> None:
    assert resolve({}, {"NECRO_PORT": "tcp://10.0.0.1:80", "NECRO_EXTENSION": "x"}, None)


SAMPLES: dict[str, tuple[str, str, str]] = {
    "app": ("flag:app", "variable:app", "key:app"),
    "bind": ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"),
    "workers": ("1", "2", "3"),
    "access-log": ("flag.log", "variable.log", "key.log"),
    "log-format": ("json", "text", "json"),
    "log-level": ("debug", "error", "critical"),
    "database": ("postgresql:///a", "postgresql:///b", "postgresql:///c"),
    "redis": ("redis://a", "redis://b", "unix:///c"),
    "cert": ("flag.crt", "variable.crt", "key.crt"),
    "key": ("flag.key", "variable.key", "key.key"),
    "key-passphrase-file": ("flag.txt", "variable.txt", "key.txt"),
    "ocsp": ("flag.der", "variable.der", "key.der"),
    "ca": ("flag.crt", "variable.crt", "key.crt"),
    "client-auth": ("none", "optional", "required"),
    "tls-min": ("1.2", "1.3", "1.2"),
    "tls-ciphers": ("A", "B:C", "TLS_D"),
    "redirect-bind": ("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"),
    "dev": ("true", "false", "true"),
}


@pytest.mark.api("Apps: each option is a flag, a variable and a key, in that precedence")
@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_every_option_is_a_flag_a_variable_and_a_key(
    option: Option,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flag, variable, key = SAMPLES.get(option.key, ("11", "12", "13"))
    quoted = f'"{key}"' if option.key in SAMPLES and not key.isdigit() else key
    (folder / "pyproject.toml").write_text(f"[tool.necro]\n{option.key} = {quoted}\n")

    def shown(*arguments: str) -> tuple[str, str]:
        assert main(["host", *arguments, "--show-config"]) == 0
        (line,) = [
            line for line in capsys.readouterr().out.splitlines() if line.split()[0] == option.key
        ]
        _, text, where = line.split(maxsplit=2)
        return text, where

    assert shown() == (key, f"{option.key} in [tool.necro]")
    monkeypatch.setenv(option.variable, variable)
    assert option.variable == "NECRO_" + option.key.upper().replace("-", "_")
    assert shown() == (variable, option.variable)
    if option.key == "app":
        assert shown(flag) == (flag, "APP")
    elif option.key == "dev":
        assert shown("--dev") == (flag, "--dev")
    else:
        assert shown(f"--{option.key}", flag) == (flag, f"--{option.key}")


def test_a_password_is_not_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for url in ("postgresql://ann:mellon@crypt/graves", "host=crypt password=mellon"):
        assert main(["host", "--database", url, "--show-config"]) == 0
        shown = capsys.readouterr().out
        assert "mellon" not in shown
        assert "crypt" in shown
