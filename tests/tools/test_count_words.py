import json
from pathlib import Path

import pytest

from tools import count_words

SOURCES = {
    "page.md": "Ask the cache.\n\n```\nask ask\n```\n\nThe `ask` call [told](http://host/ask) it.\n",
    "module.py": '"""Tells it."""\n\n# Nobody retries.  \nASK = "ask"\nMESSAGE = "whoever waits"\n',
    "module.js": "/** @param {ask} ask what is asked\n * @returns {string} the default */\nf('ask'); // beside it\n",
    "style.css": "/* a timeout */\n.ask { color: red }\n",
    "page.html": '<p class="ask" title="Told">{% ask %}{{ ask }}<b>Asked</b></p><script>ask</script>{# a lease #}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in SOURCES.items():
        (tmp_path / name).write_text(source)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "avoid", "use"),
    [("page.md", 2, 1), ("module.py", 2, 1), ("module.js", 2, 1), ("style.css", 0, 1), ("page.html", 2, 1)],
)
def test_only_prose_is_counted(folder: Path, name: str, avoid: int, use: int) -> None:
    words = count_words.count(count_words.prose(folder / name))
    assert count_words.of_group(words, "avoid").total() == avoid
    assert count_words.of_group(words, "use").total() == use


def test_messages_are_counted_on_request(folder: Path) -> None:
    assert "whoever waits" not in count_words.prose(folder / "module.py")
    assert "whoever waits" in count_words.prose(folder / "module.py", messages=True)


def test_tests_below_a_folder_are_left_out(folder: Path) -> None:
    (folder / "tests").mkdir()
    (folder / "tests" / "page.md").write_text("ask")
    assert [path.name for path in count_words.files([folder])] == sorted(SOURCES)


def test_the_total_is_the_sum_of_the_kinds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count_words.main(["--json", str(folder)])
    counts = json.loads(capsys.readouterr().out)
    kinds = count_words.KINDS.values()
    assert counts["total"]["words"] == sum(counts[kind]["words"] for kind in kinds)
    assert counts["total"]["avoid"] == 8


def test_the_repository_is_counted_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    count_words.main([])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["per", *count_words.KINDS.values(), "total", "avoid:", "use:"]
