"""Who is measured: each engine trains 784-250-10 on MNIST in memory, an epoch at a time.

Those called convolution train 16x5, 32x5 (channels x kernel, each with a 2x2 maximum) and 128 units instead.

Run as a program with an engine's name, it is a worker: for every line `BATCH_SIZE` it reads, it trains an epoch and
answers with its seconds; for `fresh` it starts anew and for `accuracy` it answers with its share of test samples read
right. An engine that cannot be imported answers with nothing and ends.
"""

import os
import sys
import time
import warnings
from pathlib import Path
from typing import Any, Protocol

import numpy as np

HIDDEN = 250
CONVOLUTIONS, CONVOLUTION_HIDDEN = ((16, 5), (32, 5)), 128
RATE = 0.001
ORIGINAL_SAMPLES = 6_000


class Data:
    """MNIST from the file that DIGITLAB_MNIST names: uint8, and float32 in [0, 1]."""

    def __init__(self) -> None:
        with np.load(Path(os.environ["DIGITLAB_MNIST"])) as arrays:
            self.x_bytes = arrays["x_train"].reshape(-1, 784)
            self.x_test_bytes = arrays["x_test"].reshape(-1, 784)
            self.y, self.y_test = arrays["y_train"].astype(np.int64), arrays["y_test"].astype(np.int64)
        self.x = self.x_bytes.astype(np.float32) / 255
        self.x_test = self.x_test_bytes.astype(np.float32) / 255


class Engine(Protocol):
    """Trains; what is not training (reading data, building the network) is done before `epoch`."""

    def prepare(self, batch_size: int) -> None:
        """Get ready to train with batches of this size, with the parameters as they are."""

    def epoch(self) -> float:
        """Train for an epoch; return the share of the samples that it did, so that the time can be scaled."""

    def accuracy(self) -> float:
        """Share of the test samples read right."""


class Nnlib:
    """Ours, through its public interface; its own look at the test data is cut down to one sample."""

    classic = False

    def __init__(self, data: Data) -> None:
        import nnlib  # noqa: PLC0415 (each worker imports only what it measures)

        self._nnlib, self._data = nnlib, data
        initializer: Any = "uniform" if self.classic else "he"
        self._network = nnlib.Network.initialised(
            self._architecture(nnlib), initializer=initializer, rng=np.random.default_rng()
        )

    def _architecture(self, nnlib: Any) -> Any:
        activation, output = ("sigmoid", "sigmoid") if self.classic else ("relu", "softmax")
        return nnlib.Architecture((784, HIDDEN, 10), activation, output)

    def _recipe(self, batch_size: int) -> Any:
        return self._nnlib.Recipe(
            loss="cross_entropy", optimizer="adam", learning_rate=RATE, batch_size=batch_size, epochs=10_000
        )

    def prepare(self, batch_size: int) -> None:
        """See `Engine`."""
        data = self._data
        trainer = self._nnlib.Trainer(
            self._network, self._recipe(batch_size), data.x_bytes, data.y, data.x_test_bytes[:1], data.y_test[:1]
        )
        self._trainer, self._events = trainer, trainer.events()

    def epoch(self) -> float:
        """See `Engine`."""
        for event in self._events:
            if isinstance(event, self._nnlib.EpochFinished):
                return 1
        raise RuntimeError("training is over")

    def accuracy(self) -> float:
        """See `Engine`."""
        self._network = self._trainer.network
        data = self._data
        return float(np.mean(self._network.outputs(data.x_test).argmax(axis=1) == data.y_test))


class NnlibClassic(Nnlib):
    """Ours, with the original project's recipe: batches of one, whatever the batch size."""

    classic = True

    def _recipe(self, batch_size: int) -> Any:
        del batch_size
        return self._nnlib.Recipe(
            loss="squared_error", optimizer="sgd", learning_rate=0.1, batch_size=1, epochs=10_000, shuffle=False
        )


class NnlibConvolution(Nnlib):
    """Ours, with convolutions."""

    def _architecture(self, nnlib: Any) -> Any:
        convolutions = tuple(nnlib.Convolution(channels, kernel) for channels, kernel in CONVOLUTIONS)
        return nnlib.Architecture((784, CONVOLUTION_HIDDEN, 10), "relu", "softmax", convolutions)


class Original:
    """The original project's algorithm, written anew: float64, one sample after another, `(outputs, inputs)` weights.

    Trains on the first 6,000 samples and says so.
    """

    def __init__(self, data: Data) -> None:
        rng = np.random.default_rng()
        self._data, self._x, self._targets = data, data.x.astype(np.float64), np.eye(10)[data.y]
        self._w = [rng.uniform(-0.5, 0.5, shape) for shape in ((HIDDEN, 784), (10, HIDDEN))]
        self._b = [rng.uniform(-0.5, 0.5, units) for units in (HIDDEN, 10)]

    def prepare(self, batch_size: int) -> None:
        """See `Engine`."""

    def epoch(self) -> float:
        """See `Engine`."""
        (w1, w2), (b1, b2) = self._w, self._b
        for x, target in zip(self._x[:ORIGINAL_SAMPLES], self._targets, strict=False):
            hidden = 1 / (1 + np.exp(-(w1 @ x + b1)))
            output = 1 / (1 + np.exp(-(w2 @ hidden + b2)))
            delta2 = (output - target) * output * (1 - output)
            delta1 = (w2.T @ delta2) * hidden * (1 - hidden)
            w2 -= 0.1 * np.outer(delta2, hidden)
            b2 -= 0.1 * delta2
            w1 -= 0.1 * np.outer(delta1, x)
            b1 -= 0.1 * delta1
        return ORIGINAL_SAMPLES / len(self._x)

    def accuracy(self) -> float:
        """See `Engine`."""
        hidden = 1 / (1 + np.exp(-(self._data.x_test @ self._w[0].T + self._b[0])))
        return float(np.mean((hidden @ self._w[1].T + self._b[1]).argmax(axis=1) == self._data.y_test))


class PyTorch:
    """Tensors in memory, batches by index, no DataLoader; the faster of its Adams."""

    def __init__(self, data: Data) -> None:
        import torch  # noqa: PLC0415

        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        self._torch = torch
        self._x, self._y = torch.from_numpy(data.x), torch.from_numpy(data.y)
        self._x_test, self._y_test = torch.from_numpy(data.x_test), torch.from_numpy(data.y_test)
        self._model = self._network(torch.nn)
        self._loss = torch.nn.CrossEntropyLoss()
        self._adam = torch.optim.Adam(self._model.parameters(), RATE, fused=True)

    def _network(self, nn: Any) -> Any:
        return nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))

    def prepare(self, batch_size: int) -> None:
        """See `Engine`."""
        self._batch_size = batch_size

    def epoch(self) -> float:
        """See `Engine`."""
        for chosen in self._torch.randperm(len(self._x)).split(self._batch_size):
            self._adam.zero_grad()
            self._loss(self._model(self._x[chosen]), self._y[chosen]).backward()
            self._adam.step()
        return 1

    def accuracy(self) -> float:
        """See `Engine`."""
        with self._torch.no_grad():
            return float((self._model(self._x_test).argmax(dim=1) == self._y_test).float().mean())


class PyTorchConvolution(PyTorch):
    """The same with convolutions, in PyTorch's own order of maps."""

    def __init__(self, data: Data) -> None:
        super().__init__(data)
        self._x, self._x_test = self._images(self._x), self._images(self._x_test)

    def _images(self, x: Any) -> Any:
        return x.reshape(-1, 1, 28, 28)

    def _network(self, nn: Any) -> Any:
        layers: list[Any] = []
        below = 1
        for channels, kernel in CONVOLUTIONS:
            layers += [nn.Conv2d(below, channels, kernel, padding=kernel // 2), nn.ReLU(), nn.MaxPool2d(2)]
            below = channels
        side = 28 >> len(CONVOLUTIONS)
        dense = [nn.Linear(side * side * below, CONVOLUTION_HIDDEN), nn.ReLU(), nn.Linear(CONVOLUTION_HIDDEN, 10)]
        return nn.Sequential(*layers, nn.Flatten(), *dense)


class PyTorchChannelsLast(PyTorchConvolution):
    """The same, in the order of maps in which it is faster."""

    def _images(self, x: Any) -> Any:
        return super()._images(x).to(memory_format=self._torch.channels_last)

    def _network(self, nn: Any) -> Any:
        return super()._network(nn).to(memory_format=self._torch.channels_last)


class Keras:
    """`fit` on arrays in memory, as most people use it."""

    def __init__(self, data: Data) -> None:
        import tensorflow as tf  # noqa: PLC0415

        threads = int(os.environ["OMP_NUM_THREADS"])
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self._data = data
        keras = tf.keras
        self._model = keras.Sequential(
            [keras.layers.Input((784,)), keras.layers.Dense(HIDDEN, "relu"), keras.layers.Dense(10)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self._model.compile(keras.optimizers.Adam(RATE), loss)

    def prepare(self, batch_size: int) -> None:
        """See `Engine`."""
        self._batch_size = batch_size

    def epoch(self) -> float:
        """See `Engine`."""
        self._model.fit(self._data.x, self._data.y, batch_size=self._batch_size, epochs=1, verbose=0)
        return 1

    def accuracy(self) -> float:
        """See `Engine`."""
        outputs = self._model.predict(self._data.x_test, batch_size=1000, verbose=0)
        return float(np.mean(outputs.argmax(axis=1) == self._data.y_test))


class ScikitLearn:
    """`MLPClassifier`, an epoch at a time by `warm_start`."""

    def __init__(self, data: Data) -> None:
        from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

        warnings.simplefilter("ignore")  # it warns at every epoch that one is too few
        self._data = data
        self._model = MLPClassifier((HIDDEN,), learning_rate_init=RATE, alpha=0, max_iter=1, warm_start=True)

    def prepare(self, batch_size: int) -> None:
        """See `Engine`."""
        self._model.set_params(batch_size=batch_size)

    def epoch(self) -> float:
        """See `Engine`."""
        self._model.fit(self._data.x, self._data.y)
        return 1

    def accuracy(self) -> float:
        """See `Engine`."""
        return float(self._model.score(self._data.x_test, self._data.y_test))


ENGINES: dict[str, type] = {
    "nnlib": Nnlib,
    "PyTorch": PyTorch,
    "Keras": Keras,
    "scikit-learn": ScikitLearn,
    "nnlib Classic": NnlibClassic,
    "original": Original,
    "nnlib convolution": NnlibConvolution,
    "PyTorch convolution": PyTorchConvolution,
    "PyTorch convolution, channels last": PyTorchChannelsLast,
}
"""By the name in the table."""


def _work(name: str) -> None:
    data = Data()
    try:
        engine: Engine = ENGINES[name](data)
    except ImportError:
        return
    prepared = None
    for line in map(str.strip, sys.stdin):
        if line == "fresh":
            engine, prepared = ENGINES[name](data), None
            answer = 0.0
        elif line == "accuracy":
            answer = engine.accuracy()
        else:
            if line != prepared:
                engine.prepare(int(line))
                prepared = line
            started = time.perf_counter()
            share = engine.epoch()
            answer = (time.perf_counter() - started) / share
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _work(sys.argv[1])
