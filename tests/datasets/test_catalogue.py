"""The catalogue of data sets, and MNIST where it cannot be had."""

import io
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import datasets
from datasets import catalogue, mnist, stored
from datasets.errors import DatasetUnavailableError
from tests.lab import TEST_IMAGES, TRAIN_IMAGES, free_port
from training.errors import StopRequested

pytestmark = pytest.mark.django_db


def nothing(_share: float) -> None:
    """Hears of progress and does not care."""


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """An empty folder of data sets, and no file of MNIST."""
    settings.DATASETS_DIR = tmp_path / "datasets"
    settings.MNIST_FILE = ""
    return tmp_path / "datasets"


def state_of(key: str) -> tuple[str, str]:
    return next((status.state, status.note) for status in datasets.availability() if status.key == key)


def fake_tensorflow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load_data: str) -> None:
    """A package called tensorflow whose `load_data` does this."""
    package = tmp_path / "fake" / "tensorflow"
    package.mkdir(parents=True)
    program = "import time, types, numpy as np\ndef load_data():\n"
    program += "".join(f"    {line}\n" for line in load_data.splitlines())
    program += "space = types.SimpleNamespace\n"
    program += "keras = space(datasets=space(mnist=space(load_data=load_data)))\n"
    (package / "__init__.py").write_text(program)
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.setenv("PYTHONPATH", str(package.parent))


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine has no TensorFlow."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)


def small_arrays(value: int = 0) -> stored.Arrays:
    x = np.full((12, 28, 28), value, np.uint8)
    y = np.arange(12, dtype=np.uint8) % 10
    return x, y, x[:5], y[:5]


# What can be trained on.


@pytest.mark.usefixtures("folder", "no_tensorflow")
def test_without_tensorflow_and_a_file_the_form_says_how_to_supply_mnist() -> None:
    state, note = state_of("mnist")
    assert state == "unavailable"
    assert note.startswith("TensorFlow, which fetches MNIST, is not installed.")
    assert "DIGITLAB_MNIST" in note
    assert state_of("mnist+pen-strokes")[0] == "unavailable"


@pytest.mark.usefixtures("folder", "no_tensorflow")
def test_pen_strokes_can_always_be_had() -> None:
    assert state_of("pen-strokes")[0] == "on_first_use"
    assert datasets.default_key() == "pen-strokes"


@pytest.mark.usefixtures("folder")
def test_a_named_file_that_is_not_there_is_told(settings: Any, tmp_path: Path) -> None:
    settings.MNIST_FILE = str(tmp_path / "nowhere.npz")
    state, note = state_of("mnist")
    assert (state, note.startswith("DIGITLAB_MNIST names a file that is not there.")) == ("unavailable", True)


@pytest.mark.usefixtures("folder")
def test_a_named_file_is_read_on_first_use(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").touch()
    settings.MNIST_FILE = str(tmp_path / "mnist.npz")
    assert state_of("mnist")[0] == "on_first_use"
    assert datasets.default_key() == "mnist"


def test_a_stored_data_set_is_ready(folder: Path) -> None:
    stored.store(small_arrays(), folder / "mnist")
    assert state_of("mnist") == ("ready", "")


def test_looking_what_there_is_makes_nothing(folder: Path) -> None:
    datasets.availability()
    assert not folder.exists()


# MNIST that cannot be had.


@pytest.mark.usefixtures("folder", "no_tensorflow")
def test_mnist_without_tensorflow_is_refused_with_how_to_supply_it() -> None:
    with pytest.raises(DatasetUnavailableError, match=r"TensorFlow.* is not installed\. To supply MNIST, put"):
        datasets.load("mnist")


@pytest.mark.usefixtures("folder")
def test_a_download_that_fails_tells_why_and_how_to_supply_mnist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tensorflow(tmp_path, monkeypatch, "raise Exception('URL fetch failure: no route to host')")
    with pytest.raises(DatasetUnavailableError, match=r"no route to host\. To supply MNIST"):
        datasets.load("mnist")


@pytest.mark.usefixtures("folder")
def test_a_download_that_failed_is_told_by_the_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tensorflow(tmp_path, monkeypatch, "raise Exception('no route to host')")
    with pytest.raises(DatasetUnavailableError):
        datasets.load("mnist")
    state, note = state_of("mnist")
    assert state == "unavailable"
    assert "no route to host" in note


@pytest.mark.usefixtures("folder")
def test_a_failed_download_is_forgotten_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tensorflow(tmp_path, monkeypatch, "raise Exception('no route to host')")
    with pytest.raises(DatasetUnavailableError):
        datasets.load("mnist")
    monkeypatch.setattr(catalogue, "FAILURE_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as host:
        monkeypatch.setattr(mnist, "DOWNLOAD_HOST", host.getsockname())
        assert state_of("mnist")[0] == "on_first_use"


@pytest.mark.usefixtures("folder")
def test_a_download_that_hangs_can_be_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tensorflow(tmp_path, monkeypatch, f"open({str(tmp_path / 'began')!r}, 'w').close()\ntime.sleep(600)")

    def give_up_once_it_began(_share: float) -> None:
        if (tmp_path / "began").exists():
            raise StopRequested

    with pytest.raises(StopRequested):
        mnist.fetch("", give_up_once_it_began)


@pytest.mark.usefixtures("folder")
def test_a_download_that_takes_too_long_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tensorflow(tmp_path, monkeypatch, "time.sleep(600)")
    monkeypatch.setattr(mnist, "DOWNLOAD_SECONDS", 0.1)
    started = time.monotonic()
    with pytest.raises(DatasetUnavailableError, match="did not arrive within"):
        mnist.fetch("", nothing)
    assert time.monotonic() - started < 60


@pytest.mark.usefixtures("folder")
def test_a_download_that_is_not_mnist_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = "np.zeros((3, 28, 28), np.uint8), np.zeros(3, np.uint8)"
    fake_tensorflow(tmp_path, monkeypatch, f"return ({images}), ({images})")
    with pytest.raises(DatasetUnavailableError, match="x_train from TensorFlow is not MNIST's: its SHA-256 differs"):
        datasets.load("mnist")


@pytest.mark.usefixtures("folder")
def test_a_download_that_ends_without_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_tensorflow(tmp_path, monkeypatch, "import os; os._exit(3)")
    with pytest.raises(DatasetUnavailableError, match="exit status 3"):
        mnist.fetch("", nothing)


def bad_files(path: Path) -> dict[str, Any]:
    """Ways to write something at `path` that is not MNIST's file."""
    return {
        "nothing": lambda: path.write_bytes(b""),
        "text": lambda: path.write_text("not an archive"),
        "a damaged archive": lambda: path.write_bytes(b"PK\x03\x04" + bytes(200)),
        "half an archive": lambda: path.write_bytes(_npz(x_train=np.zeros(999))[:600]),
        "one array": lambda: path.write_bytes(_npy()),
        "too few arrays": lambda: np.savez(path, x_train=np.zeros(3)),
        "arrays of objects": lambda: np.savez(path, x_train=np.array([{}], dtype=object)),
        "other images": lambda: path.write_bytes(_npz(**dict(zip(stored.ARRAYS, small_arrays(), strict=True)))),
        "a folder": path.mkdir,
    }


def _npy() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.zeros(3))
    return buffer.getvalue()


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize("title", sorted(bad_files(Path())))
@pytest.mark.usefixtures("folder")
def test_a_file_that_is_not_mnist_is_refused_in_plain_words(title: str, tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    bad_files(path)[title]()
    with pytest.raises(DatasetUnavailableError, match=r"DIGITLAB_MNIST.*To supply MNIST"):
        mnist.fetch(str(path), nothing)


def test_mnist_from_the_named_file_is_the_published_one(folder: Path, settings: Any) -> None:
    path = os.environ.get("DIGITLAB_MNIST")
    if not path:
        pytest.skip("DIGITLAB_MNIST names no file")
    settings.MNIST_FILE = path
    data: Any = datasets.load("mnist")
    assert (data.x_train.shape, data.x_test.shape, data.x_train.dtype) == ((60_000, 784), (10_000, 784), np.uint8)
    assert data.y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert state_of("mnist")[0] == "ready"


# What is stored.


def test_a_stored_data_set_comes_back_flat(folder: Path) -> None:
    arrays = small_arrays(9)
    stored.store(arrays, folder / "mnist")
    data = datasets.load("mnist")
    np.testing.assert_array_equal(data.x_train, arrays[0].reshape(12, 784))
    np.testing.assert_array_equal(data.y_test, arrays[3])


def test_a_stored_data_set_is_not_copied_into_memory(folder: Path) -> None:
    stored.store(small_arrays(), folder / "mnist")
    assert isinstance(datasets.load("mnist").x_train, np.memmap)


def test_of_two_writers_the_first_wins(folder: Path) -> None:
    stored.store(small_arrays(1), folder / "mnist")
    stored.store(small_arrays(2), folder / "mnist")
    assert datasets.load("mnist").x_train[0, 0] == 1
    assert [path.name for path in folder.iterdir()] == ["mnist"]


def test_another_data_set_has_another_fingerprint(folder: Path) -> None:
    stored.store(small_arrays(1), folder / "a")
    stored.store(small_arrays(2), folder / "b")
    stored.store(small_arrays(1), folder / "c")
    first, second, third = (stored.open_stored(name, folder / name).fingerprint for name in "abc")
    assert first == third != second


def test_a_damaged_data_set_says_what_to_delete(folder: Path) -> None:
    stored.store(small_arrays(), folder / "mnist")
    (folder / "mnist" / "x_train.npy").write_bytes(b"")
    with pytest.raises(DatasetUnavailableError, match=r"damaged.*delete mnist to make it anew"):
        datasets.load("mnist")


@pytest.mark.parametrize("arrays", [(np.zeros((3, 10), np.uint8),) * 4, (np.zeros((3, 784)),) * 4])
def test_arrays_of_another_shape_or_type_are_not_stored(folder: Path, arrays: Any) -> None:
    with pytest.raises(DatasetUnavailableError, match="expected x_train as uint8"):
        stored.store(arrays, folder / "mnist")
    assert not list(folder.iterdir())


def test_both_together_are_tested_on_mnist(folder: Path) -> None:
    stored.store(small_arrays(1), folder / "mnist")
    stored.store(small_arrays(2), folder / f"pen-strokes-{catalogue.PEN_STROKES_VERSION}-{catalogue.PEN_STROKES_SEED}")
    data = datasets.load("mnist+pen-strokes")
    assert data.x_train[:, 0].tolist() == [1] * 12 + [2] * 12
    assert data.x_test[:, 0].tolist() == [1] * 5
    assert data.fingerprint not in {datasets.load("mnist").fingerprint, datasets.load("pen-strokes").fingerprint}


@pytest.mark.usefixtures("small_pen_strokes")
def test_pen_strokes_are_at_hand_for_tests() -> None:
    data = datasets.load("pen-strokes")
    assert (len(data.x_train), len(data.x_test)) == (TRAIN_IMAGES, TEST_IMAGES)


def test_a_data_set_of_an_unknown_name_is_refused(folder: Path) -> None:
    with pytest.raises(DatasetUnavailableError, match="there is no data set 'cifar'"):
        datasets.load("cifar")


@pytest.mark.usefixtures("no_tensorflow")
def test_a_note_of_a_failure_that_cannot_be_read_is_no_failure(folder: Path) -> None:
    folder.mkdir()
    (folder / "mnist-failure.json").write_text('{"mess')
    assert "is not installed" in state_of("mnist")[1]


@pytest.mark.usefixtures("folder")
def test_without_internet_forms_and_presets_start_with_pen_strokes_before_anything_failed(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_LAST_ATTEMPT", {})
    monkeypatch.setattr(mnist, "can_download", lambda: True)
    monkeypatch.setattr(mnist, "DOWNLOAD_HOST", ("127.0.0.1", free_port()))
    assert catalogue.default_key() == "pen-strokes"
    assert "there is no connection to the internet. To supply MNIST" in catalogue.refusal("mnist")
    assert catalogue.refusal("mnist+pen-strokes") == catalogue.refusal("mnist")
    assert catalogue.refusal("pen-strokes") == ""

    def submitted(**fields: Any) -> Any:
        return client.post("/api/v1/runs", fields, content_type="application/json")

    assert submitted(preset="fast").json()["config"]["dataset"] == "pen-strokes"
    assert submitted().json()["config"]["dataset"] == "pen-strokes"
    refused = submitted(preset="fast", dataset="mnist")
    assert refused.status_code == 422
    assert "To supply MNIST" in refused.json()["detail"][0]["msg"]
    assert 'value="pen-strokes" checked' in client.get("/runs/new/?preset=fast").content.decode()
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(mnist, "DOWNLOAD_HOST", server.getsockname())
        assert catalogue.refusal("mnist") == "", "a connection that is back counts at once"
        assert catalogue.default_key() == "mnist"


def test_a_host_that_does_not_answer_costs_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "REACH_SECONDS", 0.2)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())  # fills the queue of the listener, which accepts none
        monkeypatch.setattr(mnist, "DOWNLOAD_HOST", listener.getsockname())
        assert not mnist.can_reach_download()
        for one in waiting:
            one.close()
