"""The tool that holds the clause files against the specifications."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import chapters
import clauses
import pytest
import sentences

SPEC = Path(clauses.__file__).parent

TEXT = """
1.  Words

   The key words "MUST" and "MAY" mean what
   another document says.

2.  A Section

   A peer MUST do this (e.g., now).  It does
   that, and it SHOULD NOT do
   otherwise.  A peer MAY, but MUST
   not alone, do so.

   *  An item that MUST hold

   *  An item.  Another, and it is RECOMMENDED.

     rule       = token
     other-rule = 1*DIGIT
                  ; a comment

     borrowed = <borrowed, see [X], Section 1>

2.1.  Below

   |  *Note:* An aside MAY break a long-
   |  winded line.

Appendix A.  Last

   A server must do this, and
   should do that.
"""


def normative(text: str, *, lower_case: bool = False) -> dict[str, list[tuple[str | None, str]]]:
    """Level and text of the normative sentences of each section that has any."""
    found: dict[str, list[tuple[str | None, str]]] = {
        section: [(each.level, each.text) for each in all_of_it if each.level]
        for section, all_of_it in sentences.sections(text, lower_case=lower_case).items()
    }
    return {section: listed for section, listed in found.items() if listed}


def test_sentences_are_found_with_their_level() -> None:
    assert normative(TEXT) == {
        "2": [
            ("MUST", "A peer MUST do this (e.g., now)."),
            ("SHOULD NOT", "It does that, and it SHOULD NOT do otherwise."),
            ("MUST", "A peer MAY, but MUST not alone, do so."),
            ("MUST", "An item that MUST hold"),
            ("RECOMMENDED", "Another, and it is RECOMMENDED."),
            ("GRAMMAR", "rule       = token other-rule = 1*DIGIT ; a comment"),
        ],
        "2.1": [("MAY", "*Note:* An aside MAY break a long-winded line.")],
    }


def test_keywords_in_lower_case_count_where_a_document_has_those() -> None:
    assert normative(TEXT, lower_case=True)["A"] == [
        ("MUST", "A server must do this, and should do that.")
    ]


def test_a_digest_does_not_depend_on_where_lines_are_broken() -> None:
    one = "1.  A\n\n   A peer MUST do the half-hearted thing.\n"
    two = "1.  A\n\n   A peer\n   MUST do the half-\n   hearted thing.\n"
    (digest,) = [each.digest for each in sentences.sections(one, lower_case=False)["1"]]
    assert [each.digest for each in sentences.sections(two, lower_case=False)["1"]] == [digest]
    assert len(digest) == sentences.DIGEST_DIGITS


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({}, None),
        ({"id": "RFC1-2-0"}, "does not fit"),
        ({"id": "RFC1-3-1"}, "does not fit"),
        ({"level": "OUGHT"}, "no such level"),
        ({"status": "done"}, "no such status"),
        ({"status": "todo"}, "a reason goes"),
        ({"reason": "Because."}, "a reason goes"),
        ({"says": ""}, "is missing"),
    ],
)
def test_a_clause_out_of_form_is_found(change: dict[str, str], fault: str | None) -> None:
    entry = {"id": "RFC1-2-1", "level": "MUST", "says": "It does.", "digest": "0", **change}
    clause = clauses.Clause(**{"status": "implemented", **entry})
    faults = list(clauses.faults("RFC1", "2", [clause]))
    assert len(faults) == (0 if fault is None else 1)
    assert fault is None or fault in faults[0]
    if fault is None:
        assert len(list(clauses.faults("RFC1", "2", [clause, clause]))) == 1


def test_every_clause_named_by_a_test_of_python_is_found() -> None:
    named = {each.clause: each.test for each in clauses.namings() if "test_clauses.py" in each.test}
    assert named["RFC9110-5.3-4"].endswith(": test_nothing_is_done_before_the_whole_head_is_there")


def test_every_clause_named_by_a_situation_of_the_probe_is_found() -> None:
    tests = [each.test for each in clauses.namings() if each.clause == "RFC9112-9.3.2-2"]
    assert any(test.endswith("connections.py: requests behind: two requests at once")
               for test in tests)  # fmt: skip


def run(*arguments: str, texts: str) -> subprocess.CompletedProcess[str]:
    """Runs the tool on its own."""
    return subprocess.run(
        [sys.executable, str(SPEC / "coverage.py"), *arguments],
        env={"NECRO_SPEC_TEXTS": texts},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_normative_sentence_is_accounted_for() -> None:
    texts = os.environ.get("NECRO_SPEC_TEXTS") or str(clauses.ROOT.parent / "shared" / "spec")
    done = run(texts=texts)
    assert done.returncode == 0, done.stdout
    # A text that is at hand is compared.
    documents = clauses.documents()
    present = sum((Path(texts) / document.text).is_file() for document in documents)
    assert done.stdout.count("0 differences") == present
    assert done.stdout.count("its text is absent") == len(documents) - present


def test_a_changed_text_shows_what_was_missed_and_what_is_stale(tmp_path: Path) -> None:
    (tmp_path / "rfc").mkdir()
    (tmp_path / "rfc" / "rfc9112.txt").write_text("2.1.  A\n\n   A peer MUST haunt.\n")
    done = run(texts=str(tmp_path))
    assert done.returncode == 1
    assert "RFC9112 2.1: no clause for: A peer MUST haunt." in done.stdout
    assert "RFC9112-2.1-1: stale digest" in done.stdout
    assert done.stdout.count("its text is absent") == len(clauses.documents()) - 1


def test_without_texts_the_tests_are_still_counted() -> None:
    done = run("--list", "exception", texts="/nowhere")
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("its text is absent") == len(clauses.documents())
    assert "because: " in done.stdout


CHAPTER = """
Protocol {protocol}
===================

1. Flow {flow}
--------------

The frontend must do this, e.g. now. The backend
must answer. The backend might wait. A client may go on
(and it should). Frontends will listen, and can
do no more. It should not stop.

Accept

    A message. It can come.

    NOTE:

        More of it must be said.

Refuse

    Another.

NOTE:

    This cannot be an item.

1.  The client might count to one. Two is more.

2.  It does.

Version | Meaning
-----------------
3.0 | It must be there.

1.1. Layouts {flow-formats}
---------------------------

What a message looks like.

Bind (F) {flow-formats-Bind}

    Byte1('B')

        It must be that.

Close (F)
{flow-formats-Close}

    Byte1('C')
"""


def test_a_chapter_has_normative_sentences_by_their_form() -> None:
    found = {
        anchor: [(each.level, each.text) for each in all_of_it if each.level]
        for anchor, all_of_it in chapters.sections(CHAPTER).items()
    }
    assert found == {
        "protocol": [],
        "flow": [
            ("MUST", "The frontend must do this, e.g. now."),
            ("MUST", "The backend must answer."),
            ("SHOULD", "A client may go on (and it should)."),
            ("MUST", "Frontends will listen, and can do no more."),
            ("SHOULD NOT", "It should not stop."),
            ("GRAMMAR", "Accept A message. It can come. NOTE: More of it must be said."),
            ("GRAMMAR", "Refuse Another."),
            ("MUST NOT", "This cannot be an item."),
            ("MAY", "The client might count to one."),
            ("MUST", "3.0 | It must be there."),
        ],
        "flow-formats": [],
        "flow-formats-Bind": [("GRAMMAR", "Byte1('B') It must be that.")],
        "flow-formats-Close": [("GRAMMAR", "Byte1('C')")],
    }


def test_statements_are_normative_where_a_document_lists_the_section() -> None:
    found = sentences.sections(
        "1. First\n\nIt does this. It\nMAY do that.\n\n2. Second\n\nIt does.\n",
        lower_case=False,
        statements={"1"},
        is_flush=True,
    )
    assert [(each.level, each.text) for each in found["1"]] == [
        ("MAY", "It does this. It MAY do that.")
    ]
    assert [each.level for each in found["2"]] == [None]


def test_sections_with_anchors_contain_those_below_them() -> None:
    document = clauses.Document("PG", "", "", "anchored chapter", ["flow-formats"])
    assert document.contains("flow-formats")
    assert document.contains("flow-formats-Bind")
    assert not document.contains("flow")
    assert not document.contains("flow-format")
