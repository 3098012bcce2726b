"""LitServe with one worker: `python litserve_server.py PORT`, then `POST /predict`."""

import sys
from typing import Any

import litserve  # it lives in the benchmark's own environment
from network import DenseNetwork


class Reader(litserve.LitAPI):
    """Reads one image per request."""

    def setup(self, device: str) -> None:
        """Load the weights, once per worker."""
        del device
        self._network = DenseNetwork()

    def decode_request(self, request: dict[str, Any]) -> list[float]:
        """The pixels of a request."""
        return list(request["pixels"])

    def predict(self, x: list[float]) -> dict[str, object]:
        """The answer to them."""
        return dict(self._network.read(x))

    def encode_response(self, output: dict[str, object]) -> dict[str, object]:
        """The answer as it is."""
        return output


if __name__ == "__main__":
    server = litserve.LitServer(Reader(), accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning")
