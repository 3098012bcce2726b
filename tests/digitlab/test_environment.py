"""Settings are one table: checked at the start, and the same in the README."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab.environment import SETTINGS, SettingError
from tests.lab import ROOT

TABLE = {setting.name: setting for setting in SETTINGS}
WRONG = [
    ("RATE_SUBMISSIONS", "lots"),
    ("RATE_PREDICTIONS", "0/hour"),
    ("WORKER_SLOTS", "0"),
    ("WORKER_SLOTS", "two"),
    ("LEASE_SECONDS", "abc"),
    ("LEASE_SECONDS", "nan"),
    ("SCHEDULER_SECONDS", "-1"),
    ("MAX_ATTEMPTS", "1.5"),
    ("LOG_LEVEL", "loud"),
    ("TIME_ZONE", "Mars/Base"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("PORT", "99999"),
    ("URL_PREFIX", "https://lab.example/"),
    ("DIGITLAB_AUTH", "none"),
    ("DIGITLAB_MODEL_STORE", "ftp://somewhere/else"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "postgres://host:port/name"),
    ("DATABASE_URL", "mongodb://host/name"),
    ("DATABASE_URL", "postgres://host"),
    ("REDIS_URL", "nonsense"),
    ("REDIS_URL", "redis://host:99999"),
    ("CSRF_TRUSTED_ORIGINS", "lab.example"),
    ("HTTPS", "maybe"),
    ("DEBUG", "2"),
]


def run(*command: str, data_dir: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """What a command of the command line answers, with these variables."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DIGITLAB_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_refused_with_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(SettingError, match=f"^{name} is .*; got "):
        TABLE[name].value()


def test_a_password_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgrs://lab:wordofmine@host/name")
    with pytest.raises(SettingError) as error:
        TABLE["DATABASE_URL"].value()
    assert "wordofmine" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("LOG_LEVEL", "", "WARNING"),
        ("HTTPS", "True", True),
        ("PORT", "", ""),
        ("ALLOWED_HOSTS", "a.example, b.example", ["a.example", "b.example"]),
        ("LEASE_SECONDS", "2.5", 2.5),
        ("TIME_ZONE", "Europe/Vienna", "Europe/Vienna"),
    ],
)
def test_a_right_value_is_read(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    monkeypatch.setenv(name, text)
    assert TABLE[name].value() == value


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "versions"),
        ("manage.py", "up"),
        ("-m", "celery", "-A", "digitlab", "worker"),
        ("-m", "uvicorn", "digitlab.asgi:application"),
    ],
)
def test_every_command_ends_with_the_sentence(tmp_path: Path, command: tuple[str, ...]) -> None:
    answer = run(*command, data_dir=tmp_path, WORKER_SLOTS="0")
    assert answer.returncode == 1
    assert answer.stderr == "Error: WORKER_SLOTS is a whole number from 1 to 1000; got '0'\n"


def test_the_readme_has_the_same_table() -> None:
    readme = (ROOT / "README.md").read_text()
    section = readme[readme.index("## Settings") : readme.index("## Architecture")]
    assert [line for line in section.splitlines() if line.startswith("| `")] == [setting.row for setting in SETTINGS]


@pytest.mark.parametrize("command", [("versions",), ("train", "--epochs", "1"), ("create_token", "ada")])
def test_a_command_before_any_migration_says_what_to_do(tmp_path: Path, command: tuple[str, ...]) -> None:
    answer = run("manage.py", *command, data_dir=tmp_path)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].endswith("Create them: python manage.py migrate")
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize("name", ["C#", "a+b", "why?", "a;b", "50%", "%41", "two words"])
def test_the_database_is_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    answer = run("manage.py", "migrate", "contenttypes", data_dir=tmp_path / "in" / name)
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "in" / name / "digitlab.sqlite3").stat().st_size
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == [name]
