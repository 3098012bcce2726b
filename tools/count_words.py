"""Counts two groups of words in the prose of this repository: words to avoid, and the field's own words to use.

    python tools/count_words.py [--messages] [--json] [path …]

Prose is Markdown without code, docstrings and comments of Python, comments of JavaScript and CSS, and the text of
templates. Names in backquotes are code.
"""

import argparse
import ast
import io
import json
import re
import subprocess
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

GROUPS = {
    "avoid": re.compile(r"ask(s|ed|er|ing)?|tell(s|ing)?|told|whoever|(no|some)body|lies?|lay|besides?"),
    "use": re.compile(
        r"retr(y|ies|ied|ying)|notif(y|ies|ied|ying|ications?)|publish(es|ed|ing)?|subscri(be[srd]?|bing|bers|ptions?)"
        r"|cach(e[sd]?|ing)|evict(s|ed|ion)?|timeouts?|defaults?|fallbacks?|leases?|heartbeats?"
    ),
}

LEFT_OUT = {"tests", "migrations", "vendor", "node_modules", "locale", ".venv"}
KINDS = {".md": "Markdown", ".py": "Python", ".js": "JavaScript", ".css": "CSS", ".html": "templates"}

_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_CODE = re.compile(r"```.*?(?:```|\Z)|``[^`]+``|`[^`\n]+`|\]\([^)]*\)|\w+://\S+", re.DOTALL)
_JS = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)", re.DOTALL
)
_JSDOC_TYPE = re.compile(r"@\w+(?:\s*\{.*?\}+)?(?:\s+\[?[\w.]+\]?(?=\s))?")
_READ_ATTRIBUTE = re.compile(r"\b(?:alt|title|placeholder|aria-label|aria-description)=\"([^\"]*)\"")
_NO_TEXT = re.compile(r"<(script|style)\b.*?</\1>|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>|&#?\w+;")
_SENTENCE = re.compile(r"[A-Za-z]{2,},? [A-Za-z]+")


def prose(path: Path, *, messages: bool = False) -> str:
    """The text of a file that people read; with `messages`, also its string literals of at least two words."""
    text = path.read_text(encoding="utf-8", errors="replace")
    match path.suffix:
        case ".md":
            parts = [text]
        case ".py":
            parts = [*_python_comments(text), *_python_strings(text, messages=messages)]
        case ".js":
            parts = list(_javascript(text, messages=messages))
        case ".css":
            parts = re.findall(r"/\*.*?\*/", text, re.DOTALL)
        case _:  # a template
            text = _NO_TEXT.sub(" ", text)
            parts = [*_READ_ATTRIBUTE.findall(text), _MARKUP.sub(" ", text)]
    return _CODE.sub(" ", "\n".join(parts))


def count(text: str) -> Counter[str]:
    """How often each word occurs, in lower case."""
    return Counter(word.lower() for word in _WORD.findall(text))


def count_files(paths: list[Path], *, messages: bool = False) -> dict[str, Counter[str]]:
    """The words of each kind of file, and last of all together (`total`)."""
    counts = {kind: Counter[str]() for kind in KINDS.values()}
    for path in paths:
        if kind := KINDS.get(path.suffix):
            counts[kind].update(count(prose(path, messages=messages)))
    return {**counts, "total": sum(counts.values(), Counter[str]())}


def of_group(words: Counter[str], name: str) -> Counter[str]:
    """Those of the words that belong to the group of this name."""
    return Counter({word: times for word, times in words.items() if GROUPS[name].fullmatch(word)})


def files(paths: list[Path]) -> list[Path]:
    """The files named, and those below the folders named, without tests, migrations and vendor folders."""
    below = [(path, file) for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return [file for path, file in below if file.is_file() and not LEFT_OUT.intersection(file.relative_to(path).parts)]


def tracked_files() -> list[Path]:
    """The files of this repository that git tracks, without tests, migrations and vendor folders."""
    root = Path(__file__).resolve().parents[1]
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [root / name for name in names.split("\0") if name and not LEFT_OUT.intersection(Path(name).parts)]


def _python_comments(source: str) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not re.match(r"#\s*(?:noqa|type:|pragma|!)", token.string):
            yield token.string


def _python_strings(source: str, *, messages: bool) -> Iterator[str]:
    docstrings = set()
    for node in ast.walk(ast.parse(source)):  # a statement comes before its value
        match node:
            case ast.Expr(value=ast.Constant(value=str(text)) as docstring):
                docstrings.add(docstring)
                yield text
            case ast.Constant(value=str(text)) if messages and node not in docstrings and _SENTENCE.search(text):
                yield text


def _javascript(source: str, *, messages: bool) -> Iterator[str]:
    for found in _JS.finditer(source):
        if comment := found["comment"]:
            yield _JSDOC_TYPE.sub(" ", comment)
        elif messages and _SENTENCE.search(found["text"]):
            yield re.sub(r"\$\{[^}]*\}", " ", found["text"]).strip("`")


def _sums(counts: dict[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {
        kind: {"words": words.total()} | {name: of_group(words, name).total() for name in GROUPS}
        for kind, words in counts.items()
    }


def _table(counts: dict[str, Counter[str]]) -> str:
    lines = ["per 10,000 words ".ljust(17) + "words".rjust(9) + "".join(name.rjust(9) for name in GROUPS)]
    for kind, sums in _sums(counts).items():
        if words := sums["words"]:
            lines.append(f"{kind:<17}{words:>9,}" + "".join(f"{sums[name] / words * 10_000:>9.1f}" for name in GROUPS))
    found = {name: of_group(counts["total"], name).most_common() for name in GROUPS}
    lines += [f"{name}: " + ", ".join(f"{word} {times}" for word, times in found[name]) for name in GROUPS]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Print the counts of the files that the command line names."""
    parser = argparse.ArgumentParser(description="Count words to avoid and words to use per 10,000 words of prose.")
    parser.add_argument("paths", nargs="*", type=Path, help="files and folders; default: the files that git tracks")
    parser.add_argument("--messages", action="store_true", help="also count text in string literals")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    options = parser.parse_args(arguments)
    counts = count_files(files(options.paths) if options.paths else tracked_files(), messages=options.messages)
    sys.stdout.write((json.dumps(_sums(counts), indent=2) if options.json else _table(counts)) + "\n")


if __name__ == "__main__":
    main()
