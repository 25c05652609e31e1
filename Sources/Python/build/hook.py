"""Builds the extension module `_necro` for the interpreter that installs, and puts it in the wheel.

`pip install .` and `pip wheel .` run this as hatchling's custom build hook. The module is compiled
by `swift build` in Embedded Swift against the headers of the running interpreter, so that a wheel
is for one minor version of CPython on one machine architecture, and its tag says so.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLATFORMS = ("linux-x86_64", "linux-aarch64")
PYTHON_MIN = (3, 13)
SCRATCH = ".build-embedded"
HEADERS_MISSING = "necro needs CPython's headers, and {} is missing: install python3.{}-dev"
SWIFT_MISSING = (
    "necro is compiled from Swift, and no swift is on PATH: "
    "install Swift 6.2 or newer (swift.org/install/linux)"
)


def refusal() -> str | None:
    """The one line that says why necro cannot be built here, or None where it can."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.implementation.name != "cpython" or sys.version_info < PYTHON_MIN:
        name = platform.python_implementation()
        return f"necro needs CPython 3.13 or newer; this is {name} {version}"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return (
            "necro needs an interpreter with a GIL, since each of its workers has one of its own; "
            f"this CPython {version} is free-threaded"
        )
    if sysconfig.get_platform() not in PLATFORMS:
        return (
            "necro runs on Linux on x86-64 and aarch64; "
            f"this is {sysconfig.get_platform()} (the Swift codecs build by themselves)"
        )
    header = Path(sysconfig.get_config_vars()["INCLUDEPY"], "Python.h")
    if not header.exists():
        return HEADERS_MISSING.format(header, sys.version_info[1])
    if shutil.which("swift") is None:
        return SWIFT_MISSING
    return None


def tag() -> str:
    """The wheel's tag: this minor version, its ABI and this architecture."""
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return f"{python}-{python}{sys.abiflags}-{sysconfig.get_platform().replace('-', '_')}"


def build_extension(root: Path) -> Path | None:
    """Compiles `_necro` and returns the shared library, or None where the compiler failed."""
    environment = {
        **os.environ,
        "NECRO_EMBEDDED": "1",
        "NECRO_PYTHON_INCLUDE": sysconfig.get_config_vars()["INCLUDEPY"],
    }
    words = ["swift", "build", "-c", "release", "--product", "_necro"]
    words += ["--package-path", str(root), "--scratch-path", str(root / SCRATCH)]
    # What a front end reads from standard output is not for the compiler to write to.
    done = subprocess.run(words, cwd=root, env=environment, check=False, stdout=sys.stderr)
    return root / SCRATCH / "release" / "lib_necro.so" if done.returncode == 0 else None


class ExtensionHook(BuildHookInterface[Any]):
    """Adds the compiled extension module to a wheel; an sdist needs none."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuses, builds and tags, in this order."""
        if self.target_name != "wheel":
            return
        reason = refusal()
        if reason is not None:
            self.app.abort(reason)
        root = Path(self.root)
        library = build_extension(root)
        if library is None:
            self.app.abort("necro: swift build failed, as shown above")
            return
        module = f"necro/_necro{sysconfig.get_config_var('EXT_SUFFIX')}"
        if version == "editable":
            # An editable install imports the package from the checkout, and so its extension too.
            shutil.copyfile(library, root / "Sources" / "Python" / module)
        else:
            build_data["force_include"][str(library)] = module
            build_data["force_include"].update(self._trimmed_sources(root))
        build_data["pure_python"] = False
        build_data["tag"] = tag()

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Removes the trimmed copies, which the wheel holds now."""
        if self._copies is not None:
            self._copies.cleanup()

    _copies: tempfile.TemporaryDirectory[str] | None = None

    def _trimmed_sources(self, root: Path) -> dict[str, str]:
        """Trimmed copies of the package's modules, by where they go in the wheel."""
        sys.path.append(str(root / "Sources" / "Python" / "build"))
        from trimming import trim_package

        self._copies = tempfile.TemporaryDirectory()
        copies = trim_package(root / "Sources" / "Python" / "necro", Path(self._copies.name))
        return {str(copy): str(name) for copy, name in copies.items()}
