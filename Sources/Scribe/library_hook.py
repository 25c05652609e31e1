"""Builds the reader of SQL and puts it in the wheel of necro-scribe.

This is hatchling's custom build hook.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRATCH = ".build-embedded"
LIBRARY = "libnecro_sqltext.so"
SWIFT_MISSING = (
    "necro-scribe's reader is compiled from Swift, and no swift is on PATH: "
    "install Swift 6.2 or newer (swift.org/install/linux)"
)


class LibraryHook(BuildHookInterface[Any]):
    """Adds the library to a wheel. It is for one architecture and any version of Python."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Refuses, builds and tags, in this order."""
        if self.target_name != "wheel":
            return
        if shutil.which("swift") is None:
            self.app.abort(SWIFT_MISSING)
        root = Path(self.root).resolve().parent.parent
        words = ["swift", "build", "-c", "release", "--product", "necro_sqltext"]
        words += ["--package-path", str(root), "--scratch-path", str(root / SCRATCH)]
        environment = {**os.environ, "NECRO_EMBEDDED": "1"}
        # What a front end reads from standard output is not for the compiler to write to.
        done = subprocess.run(words, cwd=root, env=environment, check=False, stdout=sys.stderr)
        if done.returncode != 0:
            self.app.abort("necro-scribe: swift build failed, as shown above")
        library = root / SCRATCH / "release" / LIBRARY
        if version == "editable":
            shutil.copyfile(library, Path(self.root) / "necro_scribe" / LIBRARY)
        else:
            build_data["force_include"][str(library)] = f"necro_scribe/{LIBRARY}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_')}"
