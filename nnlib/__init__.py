"""A digit network from scratch on NumPy alone; imports neither Django nor any other package of the project.

The plain core, in reading order:

1. `shape.py`, `vocabulary.py`, `arrays.py`, `errors.py`: numbers, names, array types and exceptions.
2. `architecture.py`, `initializers.py`: layers and their initial parameters.
3. `activations.py`, `losses.py`, `convolution/`, `backpropagation.py`: the forward pass and the gradient.
4. `gradient_check.py`: compares that gradient with numerical derivatives.
5. `optimizers.py`, `schedules.py`, `train.py`: from gradients to a trained network.

`fast/` computes the same numbers sooner, and tests hold each fast form against its plain form. `network.py`,
`trainer.py` and the other modules make it usable: validated recipes, resumable training with events, evaluation,
calibration and attribution; `data/` prepares the samples.
"""

from nnlib.architecture import Architecture, Convolution, count_parameters
from nnlib.attribution import Contributions, contributions
from nnlib.errors import ArchitectureError, DataError, NnlibError, NonFiniteError, RecipeError, ShapeError, StateError
from nnlib.evaluation import Evaluation, evaluate
from nnlib.events import BatchProgress, EpochFinished, Event, TrainingFinished
from nnlib.network import Network
from nnlib.recipe import Recipe
from nnlib.trainer import Trainer

__all__ = [
    "Architecture",
    "ArchitectureError",
    "BatchProgress",
    "Contributions",
    "Convolution",
    "DataError",
    "EpochFinished",
    "Evaluation",
    "Event",
    "Network",
    "NnlibError",
    "NonFiniteError",
    "Recipe",
    "RecipeError",
    "ShapeError",
    "StateError",
    "Trainer",
    "TrainingFinished",
    "contributions",
    "count_parameters",
    "evaluate",
]
