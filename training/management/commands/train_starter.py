"""`manage.py train_starter`: train the version that ships with the code, and write it where it ships from."""

import json
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from inference.registry.selectors import version_json
from inference.registry.services import read_artifact
from inference.registry.starter import FACTS, FACTS_FILE, FOLDER, NETWORK_FILE
from training.configuration.run_config import RunConfig
from training.models import Run

# The recipe. MNIST gives the shapes of one country's hands, the pen strokes the styles of others; mild distortion keeps
# the network from learning either by heart.
RECIPE: Final = RunConfig(
    dataset="mnist+pen-strokes",
    hidden_layers=(800,),
    activation="relu",
    loss="cross_entropy",
    initializer="he",
    optimizer="adam",
    learning_rate=0.002,
    schedule="one_cycle",
    batch_size=128,
    epochs=30,
    augmentation="mild",
    seed=1,
)
NOTES: Final = "Ships with Digit Lab. Trained by `make starter`; the recipe is the configuration beside it."


class Command(BaseCommand):
    help = "Train the starter version anew and write its files into the code. Needs MNIST; takes some minutes."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        fields = {name: value for name, value in RECIPE.as_json().items() if value is not None}
        fields["hidden_layers"] = ", ".join(map(str, fields["hidden_layers"]))
        call_command("train", name="Starter", **fields)
        version = Run.objects.select_related("version").latest("id").version
        if version is None:
            raise CommandError("the run was stopped: there is no starter")
        known = version_json(version)
        answers = "".join(map(str, bytes(version.test_predictions)))
        own = {"notes": NOTES, "sha256": version.sha256, "test_predictions": answers}
        facts = {name: known[name] for name in FACTS} | own
        FOLDER.mkdir(exist_ok=True)
        NETWORK_FILE.write_bytes(read_artifact(version))
        FACTS_FILE.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
        self.stdout.write(f"Wrote {NETWORK_FILE.name} and {FACTS_FILE.name}: {version.test_accuracy or 0:.2%} on MNIST")
