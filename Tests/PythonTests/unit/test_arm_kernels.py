"""The kernels that scan octets on arm64, run on whatever processor this is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from hosting import ROOT


def compiler() -> Path:
    """The clang that comes with Swift: the one that builds the kernels wherever they are used."""
    swift = shutil.which("swift")
    assert swift, "swift is missing: install Swift 6.2 or newer (swift.org/install/linux)"
    return Path(swift).resolve().parent / "clang"


def comparisons(program: Path, *sources: str) -> int:
    """Builds a program of Tests/ARMKernels, runs it to its end, and says how much it compared."""
    emulator = shutil.which("qemu-aarch64")
    assert emulator, "qemu-aarch64 is missing: apt-get install qemu-user"
    built = subprocess.run(
        [
            *(str(compiler()), "--target=aarch64-linux-gnu", "-O2", "-Wall", "-Wextra", "-Werror"),
            *("-ffreestanding", "-nostdlib", "-static", "-fuse-ld=lld", "-fno-stack-protector"),
            *("-I", str(ROOT / "Sources/CKernels/include"), "-I", str(ROOT / "Tests/ARMKernels")),
            *("-o", str(program)),
            *(str(ROOT / source) for source in sources),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    done = subprocess.run([emulator, str(program)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return int(done.stdout.removesuffix(" comparisons\n"))


def test_the_kernels_of_arm_find_the_same_ends_as_a_loop(tmp_path: Path) -> None:
    # It has run to its end: the places, octets and ends alone are so many, four times over.
    found = comparisons(tmp_path / "kernels", "Tests/ARMKernels/kernels.c")
    assert found > 256 * 820 * 4


def test_the_kernels_of_json_on_arm_do_what_loops_do(tmp_path: Path) -> None:
    found = comparisons(
        tmp_path / "json", "Tests/ARMKernels/json.c", "Sources/CKernels/JSONKernels.c"
    )
    assert found == 60_000 + 130 * 21 * 21 * 2 + 40_000
