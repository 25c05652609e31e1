"""Shows what of the specifications is accounted for, implemented and tested.

The clause files are compared with the texts of the specifications where those are present: in the
folder that NECRO_SPEC_TEXTS names, by default ../shared/spec. A normative sentence without a
clause, a clause whose digest fits no sentence, a fault in a clause file, and a test that names an
unknown clause end the run with status 1. A clause without a test does not: HouseTests see to that.

    python Spec/coverage.py                   the coverage of each document
    python Spec/coverage.py --list todo       also each clause with that status
    python Spec/coverage.py --list untested   also each binding clause that is implemented, untested
    python Spec/coverage.py --tests           also each clause with the tests that name it
    python Spec/coverage.py --add             writes entries for the sentences that have no clause
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import chapters
import clauses
import markdown
import sentences
from clauses import Clause, Document
from sentences import Sentence


def _texts() -> Path | None:
    """The folder of the specifications' texts, if there is one."""
    named = os.environ.get("NECRO_SPEC_TEXTS")
    folder = Path(named) if named else clauses.ROOT.parent / "shared" / "spec"
    return folder if folder.is_dir() else None


def _normative(document: Document, texts: Path) -> dict[str, list[Sentence]] | None:
    """The normative sentences of a document by section; None when its text is absent."""
    path = texts / document.text
    if not path.is_file():
        return None
    text = path.read_text()
    if path.suffix == ".md":
        found = markdown.sections(text)
    elif document.has_anchors:
        found = chapters.sections(text)
    else:
        found = sentences.sections(
            text,
            lower_case=document.keywords == "lower case",
            statements=document.statements,
            is_flush=document.layout == "flush",
        )
    return {
        section: [sentence for sentence in all_sentences if sentence.level]
        for section, all_sentences in found.items()
        if document.contains(section)
    }


def _missed(normative: list[Sentence], known: list[Clause]) -> list[Sentence]:
    """The sentences that have no clause. A section may say the same twice."""
    digests = Counter(clause.digest for clause in known)
    missed: list[Sentence] = []
    for sentence in normative:
        digests[sentence.digest] -= 1
        if digests[sentence.digest] < 0:
            missed.append(sentence)
    return missed


def _compared(
    document: Document, normative: dict[str, list[Sentence]], known: dict[str, list[Clause]]
) -> Iterator[str]:
    """What differs between a document's text and its clause files."""
    for section in sorted(normative.keys() | known.keys()):
        sentences_here = normative.get(section, [])
        clauses_here = known.get(section, [])
        for sentence in _missed(sentences_here, clauses_here):
            yield f"{document.document} {section}: no clause for: {sentence.text}"
        levels: dict[str, str | None] = {
            sentence.digest: sentence.level for sentence in sentences_here
        }
        for clause in clauses_here:
            if clause.digest not in levels:
                yield f"{clause.id}: stale digest {clause.digest}"
            elif levels[clause.digest] != clause.level:
                yield f"{clause.id}: the level is {levels[clause.digest]}"


def _add(document: Document, normative: dict[str, list[Sentence]]) -> None:
    """Writes entries, still without words of our own, behind those that are there."""
    known = clauses.read(document.document)
    for section, found in normative.items():
        entries = known.get(section, [])
        number = max((clause.number for clause in entries), default=0)
        for sentence in _missed(found, entries):
            number += 1
            clause_id = f"{document.document}-{section}-{number}"
            level = sentence.level or ""
            entries.append(Clause(clause_id, level, "", sentence.digest, "todo"))
        if entries:
            clauses.write(document.document, section, entries)


def _summary(document: Document, known: list[Clause], tests: dict[str, list[str]]) -> str:
    """One line: how many clauses have which status, and how many of them a test names."""
    count = Counter(clause.status for clause in known)
    implemented = [clause for clause in known if clause.status == "implemented"]
    tested = sum(clause.id in tests for clause in implemented)
    binding = [clause for clause in implemented if clause.level in clauses.BINDING]
    binding_tested = sum(clause.id in tests for clause in binding)
    return (
        f"{document.document} {document.title}: {len(known)} clauses; "
        f"{len(implemented)} implemented, {tested} of them tested "
        f"(binding: {binding_tested} of {len(binding)}); "
        f"{count['exception']} exceptions; {count['todo']} todo"
    )


def _is_listed(clause: Clause, kind: str | None, tests: dict[str, list[str]]) -> bool:
    if kind == "untested":
        return (clause.status == "implemented" and clause.level in clauses.BINDING
                and clause.id not in tests)  # fmt: skip
    return clause.status == kind


def main() -> int:
    """Prints the coverage; the exit status is 1 when something is unaccounted for."""
    parser = argparse.ArgumentParser(description="Show what of the specifications is covered.")
    parser.add_argument("--list", choices=[*clauses.STATUSES, "untested"], metavar="KIND")
    parser.add_argument("--tests", action="store_true", help="name the tests of each clause")
    parser.add_argument("--add", action="store_true", help="write entries for missing clauses")
    options = parser.parse_args()
    kind: str | None = options.list
    tests: dict[str, list[str]] = defaultdict(list)
    for naming in clauses.namings():
        tests[naming.clause].append(naming.test)
    texts = _texts()
    faults: list[str] = []
    ids: set[str] = set()
    for document in clauses.documents():
        normative = _normative(document, texts) if texts else None
        if normative is not None and options.add:
            _add(document, normative)
        sections = clauses.read(document.document)
        for section, entries in sections.items():
            faults += clauses.faults(document.document, section, entries)
        known = [clause for entries in sections.values() for clause in entries]
        ids.update(clause.id for clause in known)
        differences = [] if normative is None else list(_compared(document, normative, sections))
        faults += differences
        print(_summary(document, known, tests))
        print("  not compared: its text is absent" if normative is None else
              f"  compared with its text: {len(differences)} differences")  # fmt: skip
        for clause in known:
            if _is_listed(clause, kind, tests) or options.tests:
                print(f"  {clause.id} {clause.level}, {clause.status}: {clause.says}")
                if clause.reason:
                    print(f"      because: {clause.reason}")
                for test in tests.get(clause.id, []):
                    print(f"      {test}")
    for clause_id in sorted(tests.keys() - ids):
        faults.append(f"{clause_id}: unknown, but named by {', '.join(tests[clause_id])}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
