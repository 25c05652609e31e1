"""How fast `necro.json` is beside orjson, msgspec, ujson and the standard library, in one run.

For each document and codec: the least time of many rounds, in which all codecs take turns. It runs
in `.venv-bench-json`, with the extension that NECRO_EXTENSION names.

    python Benchmarks/json/python/compare.py --seconds 2
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "Sources" / "Python"))
os.environ.setdefault("NECRO_EXTENSION", str(ROOT / ".build-embedded/release/lib_necro.so"))

import necro.json  # noqa: E402 - it needs the path above

# They are in the environment of this benchmark alone.
msgspec: Any = import_module("msgspec")
orjson: Any = import_module("orjson")
ujson: Any = import_module("ujson")

Codec = Callable[[Any], Any]

WRITERS: Mapping[str, Codec] = {
    "necro": necro.json.dumps,
    "orjson": orjson.dumps,
    "msgspec": msgspec.json.Encoder().encode,
    "ujson": lambda value: ujson.dumps(value, ensure_ascii=False).encode(),
    "json": lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(),
}
READERS: Mapping[str, Codec] = {
    "necro": necro.json.loads,
    "orjson": orjson.loads,
    "msgspec": msgspec.json.Decoder().decode,
    "ujson": ujson.loads,
    "json": json.loads,
}


def row(index: int) -> dict[str, object]:
    """One of many like rows."""
    return {
        "id": index,
        "name": f"Mortimer {index}",
        "power": index * 1.25,
        "graveyard": "Highgate",
        "undead": index % 2 == 0,
        "raised": None,
    }


def documents() -> Mapping[str, object]:
    """What is written and read; the data suites' documents where they are at hand."""
    found: dict[str, object] = {}
    vectors = Path(os.environ.get("NECRO_VECTORS", ROOT.parent / "shared" / "vectors"))
    for name in ("twitter", "citm_catalog", "canada"):
        path = vectors / "json" / "corpus" / f"{name}.json"
        if path.is_file():
            found[name] = json.loads(path.read_bytes())
    found["small"] = {"data": "the dead rise"}
    found["rows"] = [row(index) for index in range(100)]
    found["strings"] = ["Brains, said the dead, and nothing but brains. " * 22] * 200
    return found


def fastest(codecs: Mapping[str, Codec], argument: object, seconds: float) -> dict[str, float]:
    """Nanoseconds of the fastest round of each codec."""
    times = dict.fromkeys(codecs, float("inf"))
    start = time.perf_counter_ns()
    codecs["necro"](argument)
    calls = max(1, 200_000 // max(1, time.perf_counter_ns() - start))
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for name, codec in codecs.items():
            start = time.perf_counter_ns()
            for _ in range(calls):
                codec(argument)
            times[name] = min(times[name], (time.perf_counter_ns() - start) / calls)
    return times


def show(what: str, name: str, octets: int, times: Mapping[str, float]) -> None:
    """One line: our time and speed, and how many times ours the others take."""
    ours = times["necro"]
    ratios = "  ".join(f"{peer} x{times[peer] / ours:.2f}" for peer in times if peer != "necro")
    print(f"{what} {name:13} {ours:12.0f} ns {octets / ours:6.2f} GB/s  {ratios}", flush=True)


def main() -> None:
    """Compares every document both ways."""
    parser = argparse.ArgumentParser(description="Compare necro.json with its peers.")
    parser.add_argument("--seconds", type=float, default=2, help="for each document and way")
    options = parser.parse_args()
    for name, value in documents().items():
        text = orjson.dumps(value)
        if necro.json.loads(necro.json.dumps(value)) != value:
            raise SystemExit(f"{name} is not the same when it is read again")
        show("dumps", name, len(text), fastest(WRITERS, value, options.seconds))
        show("loads", name, len(text), fastest(READERS, text, options.seconds))


if __name__ == "__main__":
    main()
