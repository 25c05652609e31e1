"""Finds the normative sentences of a document in Markdown that has no numbers.

A section is what stands under a heading, or under a line that is bold and nothing else; its anchor
is the heading in small letters with hyphens. What binds is taken from it by form:

- a sentence that says how something is written is of level GRAMMAR: one with a line end as
  `\\r\\n` in a span of code, or with one of the verbs of writing below;
- `must`, `cannot` and `always` make one of level MUST (or MUST NOT), `should` and `suggested` one
  of level SHOULD (or SHOULD NOT);
- a verb of permission right behind `client` or `server` makes one of level MAY.

Blocks of code are examples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sentences import Sentence, fold

_HEADING = re.compile(r"#+\s+(.+?)\s*$")
_BOLD = re.compile(r"\*\*([^*]+)\*\*\s*$")
_RULE = re.compile(r"(?:-{3,}|={3,})\s*$")
_FENCE = re.compile(r"\s*```")
_ITEM = re.compile(r"\s*(?:[*-]|[0-9]+\.)\s+")
_ANCHOR = re.compile(r"<a [^>]*></a>")
_END = re.compile(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)\s+(?=[A-Z\"'`(*])")
_WRITTEN = re.compile(
    r"`[^`]*(?:\\r\\n|<CR><LF>|CRLF)[^`]*`"
    r"|\b(?:encoded|prefixed by|first byte|bytes? followed by|general form|transferred like)\b"
    r"|\b(?:final CRLF|actual string data|space-separated|transfer (?:starts|is initiated))\b"
    r"|\b(?:consists of|is (?:in)?valid|in the range of|number of field-value pairs)\b"
    r"|length is -1|count of `-1`|part with length zero|\bEND type\b"
)

_LEVELS = (
    ("MUST NOT", re.compile(r"\b(?:must not|cannot)\b", re.IGNORECASE)),
    ("MUST", re.compile(r"\bmust\b|(?<!not )\balways\b", re.IGNORECASE)),
    ("SHOULD NOT", re.compile(r"\bshould not\b", re.IGNORECASE)),
    ("SHOULD", re.compile(r"\b(?:should|suggested)\b", re.IGNORECASE)),
    ("MAY", re.compile(r"\b(?:clients?|servers?|librar(?:y|ies)) (?:may|can)\b", re.IGNORECASE)),
)


def sections(text: str) -> dict[str, list[Sentence]]:
    """The sentences of each section, by its anchor."""
    found: dict[str, list[Sentence]] = {}
    for anchor, lines in _section_lines(text.splitlines()):
        sentences = found.setdefault(anchor, [])
        for paragraph in _paragraphs(lines):
            for sentence in _END.split(fold(paragraph)):
                folded = re.sub(r"\s+", " ", sentence).strip()
                if folded:
                    sentences.append(Sentence(folded, level(folded)))
    return found


def anchor(heading: str) -> str:
    """What a heading is known by."""
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def level(sentence: str) -> str | None:
    """The level of a sentence, None when it is not normative."""
    if _WRITTEN.search(sentence):
        return "GRAMMAR"
    for name, pattern in _LEVELS:
        if pattern.search(sentence):
            return name
    return None


def _section_lines(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The lines of each section, without headings and blocks of code."""
    name = ""
    section: list[str] = []
    is_code = False
    for index, line in enumerate(lines):
        if _FENCE.match(line):
            is_code = not is_code
            section.append("")
            continue
        if is_code or line.startswith("    ") or _RULE.match(line):
            section.append("")
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        heading = _HEADING.match(line) or _BOLD.match(line)
        title = heading[1] if heading else line if line and _RULE.match(following) else ""
        if title:
            yield name, section
            name, section = anchor(title), []
        else:
            section.append(_ANCHOR.sub("", line))
    yield name, section


def _paragraphs(lines: Iterable[str]) -> Iterator[list[str]]:
    """Runs of lines between empty ones; a new one begins with each item of a list."""
    paragraph: list[str] = []
    for line in lines:
        if not line.strip() or _ITEM.match(line):
            if paragraph:
                yield paragraph
            paragraph = [_ITEM.sub("", line, count=1)] if line.strip() else []
        else:
            paragraph.append(line)
    if paragraph:
        yield paragraph
