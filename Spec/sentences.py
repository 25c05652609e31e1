"""Finds the normative sentences of an RFC's plain text.

A sentence is normative when it holds a keyword of RFC 2119 in capitals. RFC 3986 does not use
those, so there `must`, `shall` and `should` count in lower case. Sections that define something
without any keyword, such as an algorithm, are listed by document: there each sentence is one of
level MUST. A block of ABNF is one normative
sentence as well, of level GRAMMAR, because senders must generate what the grammar says and nothing
else (RFC 9110 §2.2); a block that only borrows rules from other documents is none. The paragraph
that explains the keywords is none either.

A sentence lies within one paragraph; each item of a list is a paragraph. White space is folded
before the digest is made, also behind a hyphen at a line's end, so that the digest does not depend
on where lines are broken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

DIGEST_DIGITS = 12
"""How many hexadecimal digits of the SHA-256 a clause file keeps."""

LEVELS = (
    "MUST NOT", "MUST", "SHALL NOT", "SHALL", "REQUIRED", "SHOULD NOT", "SHOULD", "RECOMMENDED",
    "MAY", "OPTIONAL",
)  # fmt: skip
"""The keywords, the longer ones first so that a pattern made of them finds those."""

_STRENGTHS = (
    {"MUST NOT", "MUST", "SHALL NOT", "SHALL", "REQUIRED"},
    {"SHOULD NOT", "SHOULD", "RECOMMENDED"},
    {"MAY", "OPTIONAL"},
)

_CAPITALS = re.compile(rf"\b({'|'.join(LEVELS)})\b")
_LOWER_CASE = re.compile(r"\b(must not|must|shall not|shall|should not|should)\b", re.IGNORECASE)
_HEADING = re.compile(r"(?:Appendix )?([0-9]+|[A-Z](?=\.))((?:\.[0-9]+)*)\.?\s+\S")
_RULE = re.compile(r"\s+[A-Za-z][A-Za-z0-9-]*\s+=/?(\s|$)")
_BORROWED = re.compile(r"<[^>]*, see [^>]*>")
_ASIDE = re.compile(r"^\s+\|(?=\s|$)")
_ITEM = re.compile(r"^\s*(?:[*o-]|[0-9]+\.)\s+")
_ABBREVIATIONS = ("e.g.", "i.e.", "etc.", "vs.", "cf.")
_SENTENCE_END = re.compile(r"[.!?][\"')\]]*$")


@dataclass(frozen=True)
class Sentence:
    """A sentence, or a block of ABNF, with white space folded."""

    text: str
    level: str | None
    """The strongest keyword, GRAMMAR for ABNF, None when it is not normative."""

    @property
    def digest(self) -> str:
        """What a clause file keeps of the text."""
        return sha256(self.text.encode()).hexdigest()[:DIGEST_DIGITS]


def sections(
    text: str, *, lower_case: bool, statements: Collection[str] = (), is_flush: bool = False
) -> dict[str, list[Sentence]]:
    """The sentences of each numbered section, by its number.

    - lower_case: whether the document writes its keywords so.
    - statements: sections in which each sentence is normative.
    - is_flush: whether all text begins in the first column, not only headings.
    """
    found: dict[str, list[Sentence]] = {}
    for number, lines in _section_lines(text, is_flush=is_flush):
        sentences = found.setdefault(number, [])
        for paragraph in _paragraphs(lines):
            for sentence in _sentences(paragraph, lower_case=lower_case):
                is_stated = number in statements and not sentence.level
                sentences.append(Sentence(sentence.text, "MUST") if is_stated else sentence)
    return found


def _section_lines(text: str, *, is_flush: bool) -> Iterator[tuple[str, list[str]]]:
    """The lines of each section. Headings begin in the first column."""
    number = ""
    lines: list[str] = []
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading or (line and not line[0].isspace() and not is_flush):
            if number:
                yield number, lines
            number = heading[1] + heading[2] if heading else ""
            lines = []
        else:
            lines.append(line)
    if number:
        yield number, lines


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Runs of lines between empty ones; a new one begins with each item of a list.

    A paragraph that stops in the middle of a sentence goes on with the next one in small letters:
    a page ended there.
    """
    paragraph: list[str] = []
    broken = False
    for written in lines:
        line = _ASIDE.sub("", written)
        if not line.strip():
            if paragraph and not _goes_on(paragraph):
                yield paragraph
                paragraph = []
            broken = bool(paragraph)
            continue
        if paragraph and (_ITEM.match(line) or (broken and not line.lstrip()[0].islower())):
            yield paragraph
            paragraph = []
        broken = False
        paragraph.append(line.rstrip())
    if paragraph:
        yield paragraph


def _goes_on(paragraph: list[str]) -> bool:
    """Whether prose stops without the end of a sentence."""
    last = paragraph[-1]
    return not _RULE.match(paragraph[0]) and bool(re.search(r"[a-z,-]$", last))


def _sentences(paragraph: list[str], *, lower_case: bool) -> Iterator[Sentence]:
    """The sentences of a paragraph, or its block of ABNF as one."""
    if _RULE.match(paragraph[0]):
        text = fold(paragraph)
        rules = [line for line in paragraph if _RULE.match(line)]
        borrowed = all(_BORROWED.search(line) for line in rules)
        yield Sentence(text, None if borrowed else "GRAMMAR")
        return
    first = _ITEM.sub("", paragraph[0], count=1)
    words: list[str] = []
    for line in [first, *paragraph[1:]]:
        words = list(_complete(words, line.strip()))
        *sentences, rest = words
        for sentence in sentences:
            yield _sentence(sentence, lower_case=lower_case)
        words = [rest]
    if words and words[0]:
        yield _sentence(words[0], lower_case=lower_case)


def _complete(words: list[str], line: str) -> Iterator[str]:
    """Appends a line to a sentence and yields those that it completes; last, what is incomplete."""
    begun = words[0] if words else ""
    if _SENTENCE_END.search(begun) and _begins(line) and not begun.endswith(_ABBREVIATIONS):
        yield begun
        begun = ""
    text = fold([begun, line]) if begun else line
    # Within a line two spaces stand between sentences.
    parts = re.split(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)  +|(?<=[.!?][\")])  +", text)
    for part in parts[:-1]:
        if part:
            yield fold([part])
    yield parts[-1]


def _begins(line: str) -> bool:
    """Whether a line can begin with a sentence."""
    return bool(re.match(r"[\"'(]*[A-Z0-9]", line))


def fold(lines: Iterable[str]) -> str:
    """The lines as one, joined by a space, or by nothing behind a hyphen."""
    text = ""
    for line in lines:
        stripped = line.strip()
        if not text or re.search(r"\w-$", text):
            text += stripped
        else:
            text += " " + stripped
    return text


def _sentence(text: str, *, lower_case: bool) -> Sentence:
    folded = re.sub(r"\s+", " ", text).strip()
    return Sentence(folded, level(folded, lower_case=lower_case))


def level(text: str, *, lower_case: bool) -> str | None:
    """The strongest keyword of a sentence; of two that are as strong, the first."""
    if text.startswith('The key words "MUST"'):
        return None
    pattern = _LOWER_CASE if lower_case else _CAPITALS
    keywords = [match[1].upper() for match in pattern.finditer(text)]
    for strength in _STRENGTHS:
        for keyword in keywords:
            if keyword in strength:
                return keyword
    return None
