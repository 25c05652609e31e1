"""What becomes of extension modules in a worker: the page on asyncio tells, and this shows it."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from fixtures import StartHost
from hosting import ROOT, run_necro, wires_by_worker, write_app

PAGE = ROOT / "Docs" / "asyncio.md"

APP = """
    import importlib, threading
    import necro
    # What they do without their extension modules, they do by themselves.
    import aiohttp, aiohttp.http_parser, frozenlist, multidict, propcache.api
    import redis.utils, websockets.asyncio.client, websockets.frames, yarl, yarl._quoting

    app = necro.App()

    @app.get("/who")
    async def who():
        return threading.get_native_id()

    @app.get("/load/{name}")
    async def load(name):
        try:
            importlib.import_module(name)
        except ImportError as error:
            return str(error)
        return "loaded"

    @app.get("/kinds")
    async def kinds():
        return [
            aiohttp.http_parser.HttpResponseParser.__module__,
            frozenlist.FrozenList is frozenlist.PyFrozenList,
            propcache.api.under_cached_property.__module__,
            websockets.frames.apply_mask.__module__,
            yarl._quoting._Quoter.__module__,
            redis.utils.HIREDIS_AVAILABLE,
        ]
"""


def _tabled() -> dict[str, str]:
    """The extension modules of the page's table, and what it says becomes of them."""
    rows = re.findall(r"^\| `(\w+)`[^|]*\| ([^|]+)\| ([^|]+)\|$", PAGE.read_text(), re.MULTILINE)
    return {
        name: outcome.strip()
        for _, names, outcome in rows
        for name in re.findall("`([^`]+)`", names)
    }


def test_the_table_of_extension_modules_holds(host: StartHost) -> None:
    table = _tabled()
    assert len(table) >= 8
    served = host(APP, workers=2)
    for (wire,) in wires_by_worker(served, 2):
        for name, outcome in table.items():
            # All of them are installed, and load outside a worker.
            importlib.import_module(name)
            wire.request("GET", f"/load/{name}")
            text = wire.reply().text
            if outcome.startswith("loads"):
                assert text == "loaded", name
            else:
                assert text == f"module {name} does not support loading in subinterpreters"
        wire.request("GET", "/kinds")
        assert wire.reply().json == [
            "aiohttp.http_parser",
            True,
            "propcache._helpers_py",
            "websockets.utils",
            "yarl._quoting_py",
            False,
        ]


def test_an_app_that_needs_one_of_them_is_told_which(tmp_path: Path) -> None:
    write_app(tmp_path, "import hiredis\nimport necro\n\napp = necro.App()\n")
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "necro: 'app' fails to import: the extension module hiredis.hiredis, imported by hiredis,"
        " does not support sub-interpreters, and a worker is one (see Docs/asyncio.md)"
    )


@pytest.mark.parametrize(
    "wrapped",
    [
        "raise ImportError('\\nIMPORTANT: several\\n\\nlines of advice') from error",
        "raise ImportError('no crypt')",
    ],
    ids=["cause", "context"],
)
def test_a_refusal_that_a_package_wraps_is_named_all_the_same(tmp_path: Path, wrapped: str) -> None:
    (tmp_path / "crypt_package").mkdir()
    write_app(
        tmp_path,
        f"""
        try:
            import hiredis
        except ImportError as error:
            {wrapped}
        """,
        "crypt_package/__init__.py",
    )
    write_app(tmp_path, "import necro\nimport crypt_package\n\napp = necro.App()\n")
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert "app.py" in done.stderr
    last = done.stderr.splitlines()[-1]
    assert "the extension module hiredis.hiredis, imported by hiredis," in last
    assert last.startswith("necro: 'app' fails to import: ")


def test_a_start_up_hook_that_imports_one_is_told_which(tmp_path: Path) -> None:
    write_app(
        tmp_path,
        """
        import necro

        app = necro.App()

        @app.on_startup
        def begin():
            import hiredis
        """,
    )
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "necro: startup hook app.begin failed: the extension module hiredis does not support"
        " sub-interpreters"
    )


def test_a_module_that_refuses_by_itself_is_found_by_who_imports_it(tmp_path: Path) -> None:
    # What modules made with PyO3 before 0.28 say.
    write_app(
        tmp_path,
        """
        import threading

        if threading.current_thread() is not threading.main_thread():
            raise ImportError(
                "PyO3 modules do not yet support subinterpreters, see https://github.com/PyO3/..."
            )
        """,
        "crypt_package/__init__.py",
    )
    write_app(tmp_path, "import necro\nimport crypt_package\n\napp = necro.App()\n")
    done = run_necro("host", "app", "--bind", "127.0.0.1:0", folder=tmp_path)
    assert done.returncode == 1
    assert (
        "an extension module that crypt_package imports does not support sub-interpreters"
        in (done.stderr.splitlines()[-1])
    )
