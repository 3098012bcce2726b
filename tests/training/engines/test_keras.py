"""The yardstick tells what our own engine tells; in processes of their own, as TensorFlow and forks do not mix."""

import importlib.util
import subprocess
import sys
import textwrap

import pytest

from tests.lab import Lab

pytestmark = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed")

PREPARE = """
    import numpy as np
    from nnlib import Architecture, EpochFinished, Network, Recipe, Trainer, TrainingFinished
    from training.engines.keras import KerasTrainer

    rng = np.random.default_rng(5)
    x = rng.integers(0, 256, (200, 784)).astype(np.uint8)
    x[rng.random(x.shape) < 0.95] = 0
    y = rng.integers(0, 10, 200)

    def network(output, activation="relu"):
        shape = Architecture((784, 12, 10), activation, output)
        return Network.initialised(shape, initializer="xavier", rng=np.random.default_rng(1))
"""


def run(code: str) -> str:
    """What the code prints in a fresh process."""
    script = textwrap.dedent(PREPARE) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
def test_fifty_steps_of_every_optimizer_agree_with_our_own() -> None:
    run("""
        cases = [(optimizer, "cross_entropy", "softmax") for optimizer in
                 ("sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw")] + [("sgd", "squared_error", "sigmoid")]
        for optimizer, loss, output in cases:
            recipe = Recipe(
                loss=loss, optimizer=optimizer, learning_rate=0.001, batch_size=20, epochs=5, l2=0.01, seed=3
            )
            ours = Trainer(network(output, "tanh"), recipe, x, y, x, y)
            theirs = KerasTrainer(network(output, "tanh"), recipe, x, y, x, y)
            pairs = [[e for e in training.events() if isinstance(e, EpochFinished)] for training in (ours, theirs)]
            assert len(pairs[0]) == len(pairs[1]) == 5
            for one, other in zip(*pairs):
                assert abs(one.train_error - other.train_error) < 1e-4 * one.train_error, (optimizer, one, other)
            # Not the weights one by one: where a gradient is all but 0, these optimizers follow the rounding.
            seen = x.astype(np.float32) / 255
            apart = np.abs(ours.network.probabilities(seen) - theirs.network.probabilities(seen)).max()
            assert apart < 1e-4, (optimizer, loss, apart)
    """)


@pytest.mark.slow
def test_resuming_in_the_middle_of_an_epoch_ends_in_the_same_network() -> None:
    out = run("""
        import nnlib.epoch_loop as loop
        loop.SECONDS_BETWEEN_EVENTS = 0.0
        recipe = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.01, batch_size=20, epochs=3,
                        dropout=0.3, augmentation="mild", schedule="one_cycle", seed=3)
        whole = KerasTrainer(network("softmax"), recipe, x, y, x, y)
        list(whole.events())
        parts = KerasTrainer(network("softmax"), recipe, x, y, x, y)
        events = parts.events()
        for _ in range(17):
            event = next(events)
        state = parts.state()
        again = KerasTrainer(network("softmax"), recipe, x, y, x, y, state=state)
        *_, last = again.events()
        assert isinstance(last, TrainingFinished)
        print(whole.network.sha256() == again.network.sha256(), type(event).__name__)
    """)
    assert out.split() == ["True", "BatchProgress"]


@pytest.mark.slow
def test_a_state_of_another_recipe_is_refused() -> None:
    out = run("""
        from nnlib import StateError
        def trainer(rate, state=None):
            recipe = Recipe(loss="cross_entropy", optimizer="sgd", learning_rate=rate, epochs=1)
            return KerasTrainer(network("softmax"), recipe, x, y, x, y, state=state)
        try:
            trainer(0.2, trainer(0.1).state())
        except StateError as error:
            print(error)
    """)
    assert "another recipe" in out


@pytest.mark.processes
def test_a_run_of_the_yardstick_becomes_a_version_like_any_other(lab: Lab) -> None:
    run = lab.wait_for(lab.submit(engine="keras", epochs=2), "completed", "failed", within_seconds=120)
    assert run["failure"] == ""
    version = lab.call("GET", f"versions/{run['version']}")[1]
    assert [epoch["epoch"] for epoch in version["history"]] == [1, 2]
    assert version["library_versions"]["keras"]
    reply = lab.call("POST", "predict", {"pixels": [0] * 300 + [255] * 60 + [0] * 424, "versions": [run["version"]]})[1]
    assert abs(sum(reply["results"][0]["probabilities"]) - 1) < 1e-5
