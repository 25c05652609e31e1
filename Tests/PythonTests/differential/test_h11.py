"""Holds the HTTP/1 decoder against h11, on the corpus, the fixtures and generated connections.

A disagreement that stays is listed here, with its clause. One that is not listed fails, and so does
one that is listed and not seen any more.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import h11
import pytest

ROOT = Path(__file__).resolve().parents[3]
GENERATED_CONNECTIONS = 3_000
FIELD_SECTION_OCTETS_MAX = 1 << 20

# A key is a code of ours where h11 takes, or waits for more of, what we refuse; `they: ` and its
# message where it refuses what we take; or the part of a request that both read differently.
DISAGREEMENTS = {
    "bareCarriageReturn": ("RFC9112-2.2-4", "it looks for CR LF in a chunk's line as a whole"),
    "bareLineFeed": ("RFC9112-2.2-2", "a lone LF may end a line; we refuse it"),
    "expectationUnknown": ("RFC9110-10.1.1-2", "it leaves expectations to its caller"),
    "contentTypeRepeated": ("RFC9110-5.3-3", "it leaves that to its caller"),
    "versionInvalid": ("RFC9112-2.3-1", "it leaves the version to its caller, HTTP/0.9 too"),
    "versionUnsupported": ("RFC9110-15.6.6-1", "it leaves the version to its caller"),
    "targetInvalid": ("RFC9112-3.2-1", "it takes any visible octets for a target"),
    "targetFormNotAllowed": ("RFC9112-3.2-1", "it does not hold a target against the method"),
    "percentEncodingInvalid": ("RFC3986-2.1-1", "it takes any visible octets for a target"),
    "fragmentInTarget": ("RFC9112-3.2.1-1", "it takes any visible octets for a target"),
    "userinfoInTarget": ("RFC9112-3.2-5", "it takes any visible octets for a target"),
    "authorityInvalid": ("RFC3986-3.2.2-1", "it takes any visible octets for a target"),
    "fieldNameInvalid": ("RFC9112-7.1.2-1", "it looks at trailers once all have come"),
    "whitespaceBeforeColon": ("RFC9112-5.1-2", "it looks at trailers once all have come"),
    "obsoleteFold": ("RFC9112-5.2-3", "it unfolds, which may be done; we refuse"),
    "fieldValueInvalid": ("RFC9110-5.5-6", "it keeps control octets other than NUL"),
    "hostInvalid": ("RFC9112-3.2-7", "it does not look at the value of Host"),
    "contentLengthInvalid": ("RFC9112-6.3-4", "it unfolds, takes equal values, and zeros in front"),
    "contentLengthRepeated": ("RFC9110-8.6-11", "it takes equal values for one"),
    "contentLengthOverflow": ("RFC9110-8.6-9", "its numbers have no bound but twenty digits"),
    "contentLengthWithTransferEncoding": ("RFC9112-6.1-13", "it lets the coding outweigh it"),
    "contentTooLong": ("RFC9110-15.5.14-1", "it leaves the limit to its caller"),
    "transferEncodingInVersion10": ("RFC9112-6.1-15", "it does not look at the version"),
    "transferEncodingInvalid": ("RFC9112-5.2-3", "it unfolds the value"),
    "chunkSizeOverflow": ("RFC9112-7.1-6", "a chunk's size may have twenty digits"),
    "chunkLineTooLong": ("RFC9112-7.1.1-3", "it leaves the limit to its caller"),
    "chunkExtensionInvalid": ("RFC9112-7.1.1-1", "it does not look at extensions"),
    "they: Only Transfer-Encoding": ("RFC9112-7.1.2-4", "it reads trailers as header fields"),
    "they: bad Content-Length": ("RFC9110-8.6-9", "it takes twenty digits, zeros or not"),
    "they: illegal chunk header": ("RFC9112-7.1.1-1", "it allows SP, but no HTAB before `;`"),
    "they: illegal request line": ("RFC9112-2.2-7", "it refuses a CR before its LF has come"),
    "they: no request line received": ("RFC9112-2.2-7", "it passes over no empty line"),
    "persistence": ("RFC9112-9.3-1", "it never persists with HTTP/1.0"),
}


@dataclass
class Reading:
    """A request as one of the two has it."""

    method: bytes
    target: bytes
    minor_version: int
    fields: list[tuple[bytes, bytes]]
    content: bytes = b""
    trailers: list[tuple[bytes, bytes]] = field(default_factory=lambda: list[tuple[bytes, bytes]]())
    is_persistent: bool = True
    is_complete: bool = False


@dataclass
class Transcript:
    """What one of the two makes of a connection."""

    requests: list[Reading]
    failure: str | None


def _pairs(pairs: list[list[str]]) -> list[tuple[bytes, bytes]]:
    return [(bytes.fromhex(name), bytes.fromhex(value)) for name, value in pairs]


def _normalized(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The fields with this one in lower case, as h11 gives it."""
    return [
        (name, value.lower() if name.lower() == b"transfer-encoding" else value)
        for name, value in fields
    ]


def _inputs() -> Iterator[bytes]:
    for path in sorted((ROOT / "Corpus/http1").glob("*/*")):
        yield path.read_bytes()
    for path in sorted((ROOT / "Fixtures/http1").glob("*.md")):
        for block in re.findall(r"```input\n(.*?)\n```", path.read_text(), re.DOTALL):
            text = block.replace("\n", "").replace("␍", "\\x0D").replace("␊", "\\x0A")
            yield text.encode("ascii").decode("unicode_escape").encode("latin-1")


def _ours() -> Iterator[tuple[bytes, Transcript]]:
    """The inputs with what our decoder makes of each."""
    subprocess.run(
        ["swift", "build", "-q", "-c", "release", "--product", "http1-transcripts"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    framed = b"".join(struct.pack(">I", len(octets)) + octets for octets in _inputs())
    done = subprocess.run(
        [ROOT / ".build/release/http1-transcripts", str(GENERATED_CONNECTIONS)],
        input=framed,
        capture_output=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        said = json.loads(line)
        requests = [
            Reading(
                method=bytes.fromhex(request["method"]),
                target=bytes.fromhex(request["target"]),
                minor_version=request["minorVersion"],
                fields=_normalized(_pairs(request["fields"])),
                content=bytes.fromhex(request["content"]),
                trailers=_pairs(request["trailers"]),
                is_persistent=request["isPersistent"],
                is_complete=request["isComplete"],
            )
            for request in said["requests"]
        ]
        failure = said.get("failure")
        transcript = Transcript(requests, None if failure == "messageIncomplete" else failure)
        yield bytes.fromhex(said["input"]), transcript


def _theirs(octets: bytes) -> Transcript:
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=FIELD_SECTION_OCTETS_MAX)
    transcript = Transcript([], None)
    # No octets would mean the end of the connection.
    if octets:
        connection.receive_data(octets)
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                transcript.requests.append(
                    Reading(
                        method=event.method,
                        target=event.target,
                        minor_version=0 if event.http_version == b"1.0" else 1,
                        fields=_normalized(event.headers.raw_items()),
                    )
                )
            elif isinstance(event, h11.Data):
                transcript.requests[-1].content += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                last = transcript.requests[-1]
                last.trailers = event.headers.raw_items()
                last.is_complete = True
                last.is_persistent = connection.their_state is not h11.MUST_CLOSE
                if not last.is_persistent or not _answered(connection):
                    return transcript
            else:
                return transcript
    except h11.RemoteProtocolError as error:
        transcript.failure = str(error)
    return transcript


def _answered(connection: h11.Connection) -> bool:
    """Answers a request, since h11 does not read the next one before. False if there is none."""
    connection.send(h11.Response(status_code=400, headers=[(b"content-length", b"0")]))
    connection.send(h11.EndOfMessage())
    if connection.their_state is not h11.DONE or connection.our_state is not h11.DONE:
        return False
    connection.start_next_cycle()
    return True


def _difference(our: Reading, their: Reading) -> str | None:
    for name in ("method", "target", "minor_version", "fields", "content"):
        if getattr(our, name) != getattr(their, name):
            return name
    # Those that we drop are dropped by name, which other tests are about.
    if any(trailer not in their.trailers for trailer in our.trailers):
        return "trailers"
    return None if our.is_persistent == their.is_persistent else "persistence"


def _disagreement(ours: Transcript, theirs: Transcript) -> str | None:
    """Where the two first part, by a key of `DISAGREEMENTS`."""
    index = 0
    while True:
        our = ours.requests[index] if index < len(ours.requests) else None
        their = theirs.requests[index] if index < len(theirs.requests) else None
        if our is None or their is None or not our.is_complete or not their.is_complete:
            break
        difference = _difference(our, their)
        if difference is not None or not our.is_persistent:
            return difference
        index += 1
    we_have_it = our is not None and our.is_complete
    they_have_it = their is not None and their.is_complete
    if we_have_it or ours.failure is None:
        if theirs.failure is not None:
            return "they: " + theirs.failure.partition(":")[0]
        return "end" if we_have_it or they_have_it else None
    # A head whose end has not come it does not look at.
    return ours.failure if their is not None and theirs.failure is None else None


@pytest.fixture(scope="module")
def seen() -> dict[str, bytes]:
    """The disagreements, with an input for each."""
    seen: dict[str, bytes] = {}
    for octets, ours in _ours():
        key = _disagreement(ours, _theirs(octets))
        if key is not None:
            seen.setdefault(key, octets)
    return seen


def test_both_take_the_same_requests_or_disagree_as_listed(seen: dict[str, bytes]) -> None:
    assert {key: octets for key, octets in seen.items() if key not in DISAGREEMENTS} == {}


def test_every_listed_disagreement_is_one(seen: dict[str, bytes]) -> None:
    assert DISAGREEMENTS.keys() - seen.keys() == set()


@pytest.mark.parametrize("key", DISAGREEMENTS)
def test_a_disagreement_names_a_clause(key: str) -> None:
    clause, reason = DISAGREEMENTS[key]
    document, section, _ = clause.split("-")
    assert f'"{clause}"' in (ROOT / f"Spec/{document}/{section}.json").read_text()
    assert reason
