"""BentoML with one worker: `bentoml serve bentoml_service:Reader`, then `POST /predict`."""

import bentoml  # it lives in the benchmark's own environment
from network import DenseNetwork


@bentoml.service(workers=1)
class Reader:
    """Reads one image per request."""

    def __init__(self) -> None:
        self._network = DenseNetwork()

    @bentoml.api
    def predict(self, pixels: list[float]) -> dict[str, object]:
        """The digit and the ten probabilities of 784 pixels."""
        return dict(self._network.read(pixels))
