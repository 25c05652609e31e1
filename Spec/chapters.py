"""Finds the normative sentences of a chapter whose sections have anchors instead of numbers.

PostgreSQL's documentation has no keywords of RFC 2119, and states what the server does as plainly
as what a client has to do. What binds a client is taken from it by form:

- `must`, `cannot`, `may not` and `is required to` make a sentence one of level MUST (or MUST NOT),
  `should`, `advisable` and `recommended` one of level SHOULD (or SHOULD NOT), whoever is meant;
- a verb of permission that stands right behind `frontend` or `client` makes it one of level MAY
  (`can`, `may`, `might`, `could`), and `will` one of level MUST. What the backend will or may do is
  told all over the chapter and binds nobody here;
- an item of a list of terms is one sentence, with all of its paragraphs, of level GRAMMAR: such
  lists tell which messages may come in a phase, which fields a message may have, and what types its
  parts are of;
- the layout of a message is one sentence as a whole, of level GRAMMAR, for the reason that a block
  of ABNF is one.

A heading ends in its anchor in braces, which may stand on a line of its own. White space is folded
before the digest is made, so that it does not depend on where lines are broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sentences import Sentence

_ANCHOR = re.compile(r"\{([a-z][A-Za-z0-9-]*)\}$")
_UNDERLINE = re.compile(r"[=-]{4,}")
_LAYOUT = re.compile(r"-formats-[A-Z]")
_NUMBERED = re.compile(r"[0-9]+\.\s|-\s")
_REMARKS = {"NOTE:", "TIP:", "WARNING:"}
_SENTENCE_END = re.compile(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)\s+(?=[\"'(]?[A-Z])"
    r"|(?<=[.!?][\"')])\s+(?=[\"'(]?[A-Z])"
)

_PARTY = r"(?:[Ff]rontend|[Cc]lient)s?"
_KEYWORDS = (
    ("MUST NOT", re.compile(r"\b(?:must not|cannot|may not)\b", re.IGNORECASE)),
    ("MUST", re.compile(rf"\b(?:must|(?:is|are) required to)\b|\b{_PARTY} will\b")),
    ("SHOULD NOT", re.compile(r"\bshould not\b")),
    ("SHOULD", re.compile(r"\b(?:should|advisable|recommended)\b", re.IGNORECASE)),
    ("MAY", re.compile(rf"\b{_PARTY} (?:can|may|might|could)\b")),
)
"""Levels and what makes a sentence one of them, the strongest first."""


def sections(text: str) -> dict[str, list[Sentence]]:
    """The sentences of each section, by its anchor."""
    found: dict[str, list[Sentence]] = {}
    for anchor, lines in _section_lines(text):
        if _LAYOUT.search(anchor):
            found[anchor] = [Sentence(_fold(lines), "GRAMMAR")]
        else:
            found[anchor] = list(_sentences(_paragraphs(lines)))
    return found


def _section_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of each section that has an anchor."""
    anchor = ""
    lines: list[str] = []
    for line in text.splitlines():
        heading = _ANCHOR.search(line)
        if not heading:
            if not _UNDERLINE.fullmatch(line):
                lines.append(line)
            continue
        if line.startswith("{"):
            # The heading stands on the lines before its anchor.
            while lines and lines[-1].strip():
                lines.pop()
        if anchor:
            yield anchor, lines
        anchor = heading[1]
        lines = []
    if anchor:
        yield anchor, lines


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Runs of lines between empty ones; the rows of a table and items with a mark by themselves."""
    paragraph: list[str] = []
    for line in lines:
        is_row = " | " in line
        if paragraph and (not line.strip() or is_row or _NUMBERED.match(line.lstrip())):
            yield paragraph
            paragraph = []
        if line.strip():
            paragraph.append(line)
        if is_row:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _sentences(paragraphs: Iterable[list[str]]) -> Iterator[Sentence]:
    """Sentences of prose, and items of lists of terms as one each."""
    item: list[str] = []
    term: list[str] = []
    for paragraph in paragraphs:
        is_indented = paragraph[0].startswith("    ")
        if is_indented and (item or term):
            # The term turns out to be one by what stands under it.
            item += [*term, *paragraph]
            term = []
            continue
        if item:
            yield Sentence(_fold(item), "GRAMMAR")
            item = []
        term = []
        if not is_indented and _is_term(paragraph):
            term = paragraph
            continue
        for text in _SENTENCE_END.split(_fold(paragraph)):
            yield Sentence(text, level(text))
    if item:
        yield Sentence(_fold(item), "GRAMMAR")


def _is_term(paragraph: list[str]) -> bool:
    """Whether a paragraph may be a term: one word."""
    return len(paragraph) == 1 and " " not in paragraph[0] and paragraph[0] not in _REMARKS


def _fold(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())


def level(text: str) -> str | None:
    """The level of a sentence of prose, None when it is not normative."""
    for name, keyword in _KEYWORDS:
        if keyword.search(text):
            return name
    return None
