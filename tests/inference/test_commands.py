"""`manage.py versions`, `predict`, `import_model` and `export_model`."""

import io
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageDraw

from inference.model_files.pickle import network_pickle
from inference.models import ModelVersion
from inference.registry import services
from nnlib import Network

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_store")]
Draw = Callable[..., Network]


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def imported(network: Network, name: str = "") -> ModelVersion:
    return services.import_version(network_pickle.network_to_bytes(network), name=name)


@pytest.fixture
def drawing(tmp_path: Path) -> str:
    """A picture of a seven."""
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line([(50, 40), (150, 40), (90, 170)], fill=0, width=16)
    image.save(tmp_path / "seven.png")
    return str(tmp_path / "seven.png")


def test_versions_are_listed_with_their_aliases(draw_network: Draw) -> None:
    imported(draw_network(20, seed=1), "First")
    imported(draw_network(30, 12, seed=2))
    newest, oldest = said("versions").splitlines()
    assert newest.split()[:2] == ["2", "784-30-12-10"]
    assert oldest.split() == ["1", "784-20-10", "import", "First", "champion"]


def test_a_picture_is_read_by_the_champion(draw_network: Draw, drawing: str) -> None:
    imported(draw_network())
    lines = said("predict", drawing).splitlines()
    assert "(version 1)" in lines[0]
    assert len(lines) == 11
    shares = [float(line.split()[1].strip("%")) for line in lines[1:]]
    assert int(lines[0][0]) == int(np.argmax(shares))


def test_a_picture_is_read_by_the_version_asked(draw_network: Draw, drawing: str) -> None:
    imported(draw_network(seed=1))
    imported(draw_network(seed=2))
    assert "(version 2)" in said("predict", drawing, "--version", "2")


@pytest.mark.parametrize("version", ["9", "nobody", "x" * 100, "-1"])
def test_a_version_that_is_not_there_is_told(draw_network: Draw, drawing: str, version: str) -> None:
    imported(draw_network())
    with pytest.raises(CommandError, match="version"):
        said("predict", drawing, f"--version={version}")


@pytest.mark.parametrize("file_format", ["WEBP", "GIF", "BMP", "TIFF"])
def test_other_formats_are_read_and_what_is_no_digit_is_said_to_be_none(
    draw_network: Draw, tmp_path: Path, file_format: str
) -> None:
    imported(draw_network())
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).line([(20, 180), (50, 20), (100, 120), (150, 20), (180, 180)], width=12)
    image.save(tmp_path / "m", file_format)
    assert said("predict", str(tmp_path / "m")).splitlines()[0].endswith("(version 1) does not look like a digit")


def test_a_picture_that_is_none_is_told(draw_network: Draw, tmp_path: Path) -> None:
    imported(draw_network())
    (tmp_path / "a.png").write_text("not a picture")
    with pytest.raises(CommandError, match="expected an image as PNG"):
        said("predict", str(tmp_path / "a.png"))


def test_a_picture_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        said("predict", str(tmp_path / "nowhere.png"))


def test_without_any_version_it_is_told(drawing: str) -> None:
    with pytest.raises(CommandError, match="champion"):
        said("predict", drawing)


def test_a_model_is_imported(draw_network: Draw, tmp_path: Path) -> None:
    path = tmp_path / "a.pickle"
    path.write_bytes(network_pickle.network_to_bytes(draw_network()))
    assert said("import_model", str(path), "--name", "Mine").strip() == "Imported as version 1"
    assert ModelVersion.objects.get().name == "Mine"


def test_plain_arrays_are_imported_with_what_is_said_of_them(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, W1=np.ones((784, 12)), b1=np.zeros(12), W2=np.ones((12, 10)), b2=np.zeros(10))
    with pytest.raises(CommandError, match=r"expected activation \(.*\) and output \(.*\) with this file"):
        said("import_model", str(path))
    said("import_model", str(path), "--activation", "relu", "--output", "softmax", "--input-scale=-1..1")
    version = ModelVersion.objects.get()
    assert (version.architecture["activation"], version.origin["input_scale"]) == ("relu", "-1..1")


@pytest.mark.parametrize("data", [b"", b"text", pickle.dumps(print)])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pickle"
    path.write_bytes(data)
    with pytest.raises(CommandError, match="expected"):
        said("import_model", str(path))
    assert ModelVersion.objects.count() == 0


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        said("import_model", str(tmp_path / "nowhere"))


def test_a_version_is_exported_and_comes_back(draw_network: Draw, tmp_path: Path) -> None:
    version = imported(draw_network())
    target = tmp_path / "out.pickle"
    assert str(target) in said("export_model", "1", "--output", str(target))
    assert network_pickle.sha256(target.read_bytes()) == version.sha256


def test_a_version_is_exported_for_numpy(draw_network: Draw, tmp_path: Path) -> None:
    network = draw_network(20)
    imported(network)
    said("export_model", "1", "--format", "npz", "--output", str(tmp_path / "out.npz"))
    with np.load(tmp_path / "out.npz") as arrays:
        assert (arrays["layers"].tolist(), str(arrays["activation"])) == ([784, 20, 10], "relu")
        np.testing.assert_array_equal(arrays["weight_0"], network.weights[0])
        np.testing.assert_array_equal(arrays["bias_1"], network.biases[1])


@pytest.mark.parametrize("key", ["pickle", "npz", "safetensors", "onnx"])
def test_a_version_is_exported_and_imported_in_every_format(draw_network: Draw, tmp_path: Path, key: str) -> None:
    version = imported(draw_network())
    path = tmp_path / "a file whose name says nothing"
    said("export_model", "1", "--format", key, "--output", str(path))
    assert said("import_model", str(path)).strip() == "Imported as version 2"
    assert ModelVersion.objects.get(number=2).sha256 == version.sha256


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("9",), "there is no version 9"),
        (("1", "--format", "exe"), "invalid choice"),
        (("x",), "invalid int value"),
        (("1", "--output", "/nowhere/at/all"), "No such file"),
    ],
)
def test_an_export_that_cannot_be_is_told(draw_network: Draw, arguments: tuple[str, ...], words: str) -> None:
    imported(draw_network())
    with pytest.raises(CommandError, match=words):
        said("export_model", *arguments)
