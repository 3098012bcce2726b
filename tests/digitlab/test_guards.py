"""What must stay true of the tree itself, each looked at in a process of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import ROOT

PACKAGES = ["nnlib", "inference", "training"]


def run_python(program: str, data_dir: Path) -> str:
    """What `program` prints in a fresh interpreter."""
    process = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "DIGITLAB_DATA_DIR": str(data_dir), "DJANGO_SETTINGS_MODULE": "digitlab.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    return process.stdout


def modules_after(program: str, data_dir: Path) -> set[str]:
    """The modules that are loaded once `program` has run."""
    return set(json.loads(run_python(f"{program}\nimport sys, json; print(json.dumps(list(sys.modules)))", data_dir)))


def test_platform_is_the_standard_librarys(tmp_path: Path) -> None:
    found = run_python("import platform, digitlab, os; print(platform.__file__); print(os.__file__)", tmp_path).split()
    assert Path(found[0]) == Path(found[1]).parent / "platform.py"


def test_the_folder_platform_is_no_package() -> None:
    assert not list((ROOT / "platform").glob("*.py"))


@pytest.mark.slow
def test_the_web_process_loads_neither_tensorflow_nor_the_writer_of_pen_strokes(tmp_path: Path) -> None:
    loaded = modules_after("import digitlab.asgi, django.urls; django.urls.get_resolver().url_patterns", tmp_path)
    assert "training.runs.services" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"tensorflow", "keras"}}
    assert "datasets.pen_strokes" not in loaded


@pytest.mark.slow
def test_what_the_web_process_starts_with_is_kept_from_the_collector(tmp_path: Path) -> None:
    printed = run_python("import digitlab.asgi, gc; print(gc.get_freeze_count(), len(gc.get_objects()))", tmp_path)
    frozen, walked = map(int, printed.split())
    assert frozen > 20 * walked


@pytest.mark.slow
def test_the_web_process_loads_the_libraries_of_other_formats_only_when_asked(tmp_path: Path) -> None:
    loaded = modules_after("import digitlab.asgi, django.urls; django.urls.get_resolver().url_patterns", tmp_path)
    assert "inference.model_files.kinds" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"safetensors", "onnx", "google"}}


@pytest.mark.slow
def test_the_web_process_opens_no_data_set_to_answer_what_there_is(tmp_path: Path) -> None:
    program = (
        "import digitlab.asgi, numpy\n"
        "def refuse(*_, **__): raise AssertionError('the web process reads arrays')\n"
        "numpy.load = numpy.memmap = refuse\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "import datasets\n"
        "print(len(datasets.availability()), datasets.default_key())\n"
    )
    assert run_python(program, tmp_path).split()[0] == "4"


def test_scripts_can_ask_where_data_sets_lie_without_setting_django_up(tmp_path: Path) -> None:
    assert "mnist" in run_python("from datasets import catalogue; print(catalogue.folder_of('mnist'))", tmp_path)


@pytest.mark.slow
def test_an_idle_worker_does_not_load_tensorflow(tmp_path: Path) -> None:
    program = "from digitlab.celery import app; app.loader.import_default_modules(); app.finalize()\n"
    program += "assert 'training.tasks.train' in app.tasks"
    loaded = modules_after(program, tmp_path)
    assert "training.worker.execution" in loaded
    assert not {name for name in loaded if name.split(".")[0] in {"tensorflow", "keras"}}


@pytest.mark.slow
def test_a_worker_limits_its_threads_before_numpy_is_there(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "for name in ('OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'): os.environ.pop(name, None)\n"
        "os.environ['WORKER_SLOTS'] = '1000'\n"
        "class Look:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy': print(os.environ.get('OPENBLAS_NUM_THREADS'), os.environ.get('OMP_NUM_THREADS'))\n"
        "sys.meta_path.insert(0, Look())\n"
        "from digitlab.celery import app; app.loader.import_default_modules()\n"
    )
    assert run_python(program, tmp_path).splitlines()[0] == "1 1"


def test_celery_takes_json_only(tmp_path: Path) -> None:
    program = "from digitlab.celery import app; print(app.conf.accept_content, app.conf.task_serializer)"
    assert run_python(program, tmp_path).strip() == "['json'] json"


# One way: digitlab, training, inference, nnlib.


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages and of the rules."""
    ignored = shutil.ignore_patterns("__pycache__", "starter_files")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copytree(ROOT / "platform", tmp_path / "platform", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(tree: Path) -> "subprocess.CompletedProcess[str]":
    """What import-linter says of the packages in `tree`."""
    command = Path(sys.executable).with_name("lint-imports")
    if not command.exists():
        pytest.skip("import-linter is not installed")
    return subprocess.run(
        [str(command), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": f"{tree}:{tree / 'platform'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_imports_go_one_way(tree: Path) -> None:
    answer = lint_imports(tree)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("inference/labels.py", "import training.states"),
        ("inference/labels.py", "def late():\n    from training.messaging import queue"),
        ("training/states.py", "import digitlab.http.guard"),
        ("platform/datasets/stored.py", "import inference.models"),
        ("platform/weblib/labels.py", "import datasets.errors"),
        ("training/configuration/presets.py", "import training.runs.services"),
        ("inference/registry/selectors.py", "import inference.serving.prediction"),
        ("platform/datasets/ink/strokes.py", "import datasets.catalogue"),
        ("platform/digitlab/processes/ports.py", "import digitlab.api"),
        ("nnlib/losses.py", "import inference.errors"),
        ("nnlib/losses.py", "import django"),
        ("nnlib/losses.py", "import tensorflow"),
        ("nnlib/activations.py", "from nnlib.fast import workspace"),
    ],
)
def test_an_import_the_other_way_is_found(tree: Path, file: str, line: str) -> None:
    with (tree / file).open("a") as source:
        source.write(f"\n{line}\n")
    answer = lint_imports(tree)
    assert answer.returncode == 1
    assert "BROKEN" in answer.stdout


# What is committed.


def tracked() -> list[Path]:
    """Every file that is committed."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout")
    names = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_lock_files_name_no_address() -> None:
    locks = [path for path in tracked() if path.suffix == ".lock" or path.name == "package-lock.json"]
    assert len(locks) >= 4
    for path in locks:
        assert "://" not in path.read_text(), path


def test_lock_files_name_versions_and_hashes() -> None:
    for path in (path for path in tracked() if path.suffix == ".lock"):
        entries = re.split(r"\n(?=\S)", path.read_text().strip())
        for entry in entries:
            assert re.match(r"[\w.\[\],-]+==[\w.]+", entry), f"{path.name}: {entry[:80]}"
            assert "--hash=sha256:" in entry, f"{path.name}: {entry[:80]}"


def test_no_committed_file_names_a_package_index() -> None:
    option = re.compile(r"(?:--(?:extra-)?index-url|--find-links|-i|registry)[ =]+\S*://")
    for path in tracked():
        text = path.read_text(errors="replace") if path.stat().st_size < 2_000_000 else ""
        assert not option.search(text), path


def test_the_migrations_are_complete(tmp_path: Path) -> None:
    process = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        env={**os.environ, "DIGITLAB_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout
