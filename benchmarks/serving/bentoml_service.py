"""BentoML with one worker: `bentoml serve bentoml_service:Reader`, then `POST /predict`."""

import bentoml  # type: ignore[import-not-found]  # it lives in the benchmark's own environment
from network import DenseNetwork  # type: ignore[import-not-found]


@bentoml.service(workers=1)  # type: ignore[untyped-decorator]
class Reader:
    """Reads one image per request."""

    def __init__(self) -> None:
        self._network = DenseNetwork()

    @bentoml.api  # type: ignore[untyped-decorator]
    def predict(self, pixels: list[float]) -> dict[str, object]:
        """The digit and the ten probabilities of 784 pixels."""
        return dict(self._network.read(pixels))
