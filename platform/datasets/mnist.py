"""MNIST: from the file that DIGITLAB_MNIST names, or through TensorFlow in a process of its own.

LeCun, Cortes and Burges: The MNIST database of handwritten digits (1998).
"""

import hashlib
import importlib.util
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
import zlib
from pathlib import Path
from typing import Final, cast

import numpy as np

from datasets.errors import DatasetUnavailableError
from datasets.stored import ARRAYS, Arrays, Progress

# SHA-256 of `array.tobytes()` of MNIST as published; whatever comes from a file or the network is held against these.
CHECKSUMS: Final = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}
HOW_TO_SUPPLY: Final = (
    "To supply MNIST, put Keras's mnist.npz on this machine and set DIGITLAB_MNIST to its path, or let the worker "
    "reach the internet with TensorFlow installed. The data set pen-strokes needs neither."
)
DOWNLOAD_SECONDS: Final = 300.0
DOWNLOAD_HOST: Final = ("storage.googleapis.com", 443)
REACH_SECONDS: Final = 2.0
# What NumPy and zipfile raise on a file that is no archive of arrays; TypeError when it is a single array.
UNREADABLE: Final = (OSError, ValueError, KeyError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)

# Importing TensorFlow costs seconds, 600 MB and the ability to fork: it happens in another process, which then ends.
_DOWNLOAD = """
import os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy, tensorflow
(x_train, y_train), (x_test, y_test) = tensorflow.keras.datasets.mnist.load_data()
numpy.savez(sys.argv[1], x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
"""


def fetch(local_file: str, progress: Progress) -> Arrays:
    """The four arrays of MNIST, checked against the published data.

    Args:
        local_file: path of an `mnist.npz` in Keras's layout; empty to download it through TensorFlow.
        progress: called a few times a second; may raise to give up.

    Raises:
        DatasetUnavailableError: neither way works; the message says what to do.
    """
    if local_file:
        return _checked_file(Path(local_file), said="DIGITLAB_MNIST")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "mnist.npz"
        _download(target, progress)
        return _checked_file(target, said="TensorFlow")


def can_download() -> bool:
    """Whether TensorFlow is installed; it is not imported."""
    return importlib.util.find_spec("tensorflow") is not None


def can_reach_download() -> bool:
    """Whether the host from which TensorFlow fetches MNIST takes connections; at most `REACH_SECONDS`.

    Behind a proxy it is taken for reachable: only the download shows whether it is.
    """
    if "https" in urllib.request.getproxies():
        return True
    reached = threading.Event()

    def connect() -> None:
        try:
            socket.create_connection(DOWNLOAD_HOST, timeout=REACH_SECONDS).close()
        except OSError:
            return
        reached.set()

    attempt = threading.Thread(target=connect, daemon=True)  # looking a name up has no time-out of its own
    attempt.start()
    attempt.join(REACH_SECONDS)
    return reached.is_set()


def _download(target: Path, progress: Progress) -> None:
    if not can_download():
        raise DatasetUnavailableError(f"TensorFlow, which fetches MNIST, is not installed. {HOW_TO_SUPPLY}")
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-c", _DOWNLOAD, str(target)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603 -- our own text
        try:
            _wait(process, progress)
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            log.seek(0)
            lines = log.read().decode(errors="replace").strip().splitlines()
            reason = lines[-1][:300] if lines else f"exit status {process.returncode}"
            raise DatasetUnavailableError(f"MNIST could not be downloaded: {reason}. {HOW_TO_SUPPLY}")


def _wait(process: "subprocess.Popen[bytes]", progress: Progress) -> None:
    started = time.monotonic()
    while process.poll() is None:
        elapsed = time.monotonic() - started
        if elapsed > DOWNLOAD_SECONDS:
            raise DatasetUnavailableError(
                f"MNIST did not arrive within {DOWNLOAD_SECONDS:.0f} seconds. {HOW_TO_SUPPLY}"
            )
        progress(elapsed / (elapsed + 10.0))
        time.sleep(0.2)


def _checked_file(path: Path, *, said: str) -> Arrays:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = [np.ascontiguousarray(archive[name]) for name in ARRAYS]
    except UNREADABLE as error:
        raise DatasetUnavailableError(f"{said} gave no readable mnist.npz ({error}). {HOW_TO_SUPPLY}") from error
    for array, name in zip(arrays, ARRAYS, strict=True):
        if hashlib.sha256(array.tobytes()).hexdigest() != CHECKSUMS[name]:
            raise DatasetUnavailableError(
                f"the array {name} from {said} is not MNIST's: its SHA-256 differs. {HOW_TO_SUPPLY}"
            )
    return cast("Arrays", tuple(arrays))
