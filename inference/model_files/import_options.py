"""What is said about a model file in addition to its content."""

from dataclasses import dataclass
from typing import Any, Final, get_args

from inference.errors import ArtifactError, MissingFactsError
from inference.model_files.input_scale import AS_IT_IS, InputScale
from nnlib.vocabulary import ActivationName, OutputName

ACTIVATIONS: Final[tuple[ActivationName, ...]] = get_args(ActivationName)
OUTPUTS: Final[tuple[OutputName, ...]] = get_args(OutputName)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the person who imports a file says about it.

    Attributes:
        activation: Of the hidden layers; None where the file says it.
        output: Of the last layer; None where the file says it.
        input_scale: The range of pixels that the network was trained on.
    """

    activation: ActivationName | None = None
    output: OutputName | None = None
    input_scale: InputScale = AS_IT_IS

    def functions(self, activation: Any, output: Any, *, has_hidden_layers: bool) -> tuple[Any, Any]:
        """The activation and the output of a network, from what its file says (None: nothing) and these options.

        The activation is not needed without hidden layers.

        Raises:
            MissingFactsError: neither says one that is needed.
            ArtifactError: both say one, and differ.
        """
        found: dict[str, Any] = {}
        for field, said, given in (("activation", activation, self.activation), ("output", output, self.output)):
            if given is not None and isinstance(said, str) and said != given:
                raise ArtifactError(f"expected the {field} that the file says, {said[:40]}; got {given}")
            found[field] = given if said is None else said
        if not has_hidden_layers and found["activation"] is None:
            found["activation"] = "relu"
        missing = tuple(field for field, value in found.items() if value is None)
        if missing:
            choices = {"activation": ACTIVATIONS, "output": OUTPUTS}
            named = " and ".join(f"{field} ({', '.join(choices[field])})" for field in missing)
            raise MissingFactsError(f"expected {named} with this file, which does not say", fields=missing)
        return found["activation"], found["output"]


NOTHING_SAID: Final = ImportOptions()
