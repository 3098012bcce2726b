"""The command line beside the running program."""

from pathlib import Path

import pytest

from tests.lab import Lab

pytestmark = pytest.mark.processes
SMALL = ("--dataset", "pen-strokes", "--hidden", "16", "--epochs", "2")


def test_a_queued_run_is_followed_to_its_version(lab: Lab) -> None:
    said = lab.command("train", "--queue", *SMALL).stdout
    assert "epoch   1/2" in said
    assert "epoch   2/2" in said
    number = int(said.rsplit("Published as version ", 1)[1].split(",")[0])
    assert lab.call("GET", f"versions/{number}")[1]["source"] == "run"


def test_a_run_of_the_command_line_is_seen_by_the_api(lab: Lab) -> None:
    said = lab.command("train", *SMALL, "--name", "From the command line").stdout
    number = int(said.rsplit("Published as version ", 1)[1].split(",")[0])
    assert lab.call("GET", f"versions/{number}")[1]["name"] == "From the command line"


def test_a_version_is_exported_imported_and_listed(lab: Lab, tmp_path: Path) -> None:
    lab.command("train", *SMALL)
    number = lab.call("GET", "versions?limit=1")[1]["items"][0]["number"]
    lab.command("export_model", str(number), "--output", str(tmp_path / "a.pickle"))
    said = lab.command("import_model", str(tmp_path / "a.pickle")).stdout
    assert said.strip() == f"Imported as version {number + 1}"
    assert lab.command("versions", "--limit", "1").stdout.split()[0] == str(number + 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--hidden", "250, abc"),
        ("train", "--queue", "--learning-rate", "-1"),
        ("predict", "nowhere.png"),
        ("import_model", "nowhere.pickle"),
        ("export_model", "999999"),
    ],
)
def test_what_cannot_be_ends_with_a_sentence_and_a_status(lab: Lab, arguments: tuple[str, ...]) -> None:
    answer = lab.command(*arguments, check=False)
    assert answer.returncode != 0
    assert "Error: " in answer.stderr
    assert "Traceback" not in answer.stderr
