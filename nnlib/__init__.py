"""A digit network from scratch: forward, backward, optimizers, augmentation and a resumable trainer.

NumPy only. Knows nothing of Django, files or users, and imports nothing of them.

Start reading at `backpropagation.py`: the whole of learning in two plain functions. `workspace.py` is the same
mathematics in the form that is fast, and the tests hold the one against the other.
"""

from nnlib.architecture import Architecture, count_parameters
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
