"""The configuration of a run: one typed object for the web form, the API and the command line."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from nnlib import Architecture, Recipe, count_parameters
from nnlib.losses import LOSSES
from nnlib.shape import CLASSES, MAX_HIDDEN_LAYERS, MAX_NEURONS, MAX_PARAMETERS, PIXELS
from nnlib.vocabulary import (
    ActivationName,
    AugmentationName,
    InitializerName,
    KeepName,
    LossName,
    OptimizerName,
    ScheduleName,
)
from weblib.whole_numbers import refuse_boolean

MAX_EPOCHS: Final = 10_000
MAX_SEED: Final = 2**32 - 1
MAX_VALIDATION_SHARE: Final = 0.5
NEEDS_VALIDATION: Final = "needs validation images: set the validation share, to 0.1 for example"

DatasetKey = Literal["mnist", "pen-strokes", "mnist+pen-strokes", "corrections"]
Activation = ActivationName
Loss = LossName
Initializer = InitializerName
Optimizer = OptimizerName
Schedule = ScheduleName
Augmentation = AugmentationName
Keep = KeepName
Engine = Literal["nnlib", "keras"]


_Neurons = Annotated[int, Field(ge=1, le=MAX_NEURONS), BeforeValidator(refuse_boolean)]
_SIZE: Final = " *0*[1-9][0-9]{0,3} *"
_LAYER_TEXT: Final = rf"^ *\[?{_SIZE}([,;]{_SIZE}){{0,{MAX_HIDDEN_LAYERS - 1}}}\]? *$"
_Layers: Any = (
    Annotated[list[_Neurons], Field(min_length=1, max_length=MAX_HIDDEN_LAYERS)]
    | Annotated[str, Field(json_schema_extra={"pattern": _LAYER_TEXT})]
)


def _layer_sizes(value: Any) -> Any:
    """Accept `"300, 100"` as well as `[300, 100]`: the form and the command line send text."""
    if not isinstance(value, str):
        return value
    sizes = []
    for part in value.replace(";", ",").strip().strip("[]").split(","):
        text = part.strip()
        if not text.isascii() or not text.isdigit():
            raise PydanticCustomError(
                "layer_sizes",
                "must be whole numbers separated by commas, such as 250 or 300, 100; got {got}",
                {"got": repr(text) if text else "nothing between two commas" if "," in value else "nothing"},
            )
        sizes.append(int(text))
    return sizes


def empty_is_none(value: Any) -> Any:
    """Read an empty form field as "not set"."""
    return None if isinstance(value, str) and not value.strip() else value


def _truth(value: Any) -> Any:
    """Read the text of a form or a command as a truth."""
    return (
        {"true": True, "on": True, "false": False, "off": False}.get(value, value) if isinstance(value, str) else value
    )


def _positive_or_none(value: float | None) -> float | None:
    """Read a threshold of 0, which no error falls below, as "none"."""
    return value or None


Share = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
_Threshold = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Patience = Annotated[int, Field(ge=0, le=MAX_EPOCHS)]
_VersionNumber = Annotated[int, Field(ge=1)]


class RunConfig(BaseModel):
    """What to train, on what, and how; valid by construction and never changed afterwards.

    Raises:
        pydantic.ValidationError: a field is missing, unknown or out of its range; `plain_errors` words it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: DatasetKey = Field("mnist", description="What the network learns from")
    hidden_layers: Annotated[
        tuple[_Neurons, ...],
        BeforeValidator(_layer_sizes),
        Field(
            min_length=1, max_length=MAX_HIDDEN_LAYERS, description="Neurons in each hidden layer, from input to output"
        ),
        WithJsonSchema(TypeAdapter(_Layers).json_schema(), mode="validation"),
    ] = (250,)
    activation: Activation = Field("relu", description="Activation of the hidden layers")
    loss: Loss = Field("cross_entropy", description="squared_error has sigmoid outputs, cross_entropy a softmax")
    initializer: Initializer = Field("he", description="How the first weights are drawn; uniform is in [-0.5, 0.5]")
    shuffle: Annotated[
        bool,
        Field(strict=True),
        BeforeValidator(_truth, json_schema_input_type=bool | Literal["true", "false", "on", "off"]),
    ] = Field(default=True, description="Visit the samples in a new order each epoch")
    optimizer: Optimizer = Field("adam", description="How a gradient becomes a step")
    learning_rate: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = Field(
        0.001, description="Size of a step"
    )
    schedule: Schedule = Field("constant", description="How the learning rate changes over the epochs")
    batch_size: Annotated[int, Field(ge=1, le=10_000)] = Field(128, description="Samples per step")
    epochs: Annotated[int, Field(ge=1, le=MAX_EPOCHS)] = Field(10, description="Passes over the data at most")
    error_threshold: Annotated[
        _Threshold | None,
        BeforeValidator(empty_is_none, json_schema_input_type=_Threshold | None),
        AfterValidator(_positive_or_none),
    ] = Field(None, description="Stop when the average error of an epoch falls below this")
    patience: Annotated[
        _Patience | None,
        BeforeValidator(empty_is_none, json_schema_input_type=_Patience | None),
        AfterValidator(_positive_or_none),
    ] = Field(None, description="Stop after this many epochs without a lower validation error")
    validation_share: Annotated[float, Field(ge=0, le=MAX_VALIDATION_SHARE, allow_inf_nan=False)] = Field(
        0.0, description="Share of the training images that is held out, chosen by the seed"
    )
    keep: Keep = Field(
        "last", description="Network that becomes the version: of the last epoch, or of the lowest validation error"
    )
    l2: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(0.0, description="Weight decay")
    dropout: Share = Field(0.0, description="Share of hidden neurons left out of each step")
    augmentation: Augmentation = Field("none", description="Rotate, shift, stretch and bend the images while training")
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] = Field(1, description="Same seed, same network")
    engine: Engine = Field(
        "nnlib", description="What trains: our own network, or TensorFlow's Keras as the reference engine"
    )
    from_version: Annotated[
        _VersionNumber | None,
        BeforeValidator(empty_is_none, json_schema_input_type=_VersionNumber | None),
    ] = Field(None, description="Start from the weights of this model version")

    _numbers = field_validator(
        "learning_rate",
        "batch_size",
        "epochs",
        "error_threshold",
        "patience",
        "validation_share",
        "l2",
        "dropout",
        "seed",
        "from_version",
        mode="before",
    )(refuse_boolean)

    @field_validator("keep")
    @classmethod
    def _check_keep(cls, keep: Keep, info: ValidationInfo) -> Keep:
        if keep == "best" and not info.data.get("validation_share"):
            raise PydanticCustomError("needs_validation", NEEDS_VALIDATION)
        return keep

    @model_validator(mode="after")
    def _check_size(self) -> Self:
        count = self.parameter_count
        if count > MAX_PARAMETERS:
            raise PydanticCustomError(
                "too_many_parameters",
                "this network would have {count} weights and biases; at most {most} are allowed",
                {"count": f"{count:,}", "most": f"{MAX_PARAMETERS:,}"},
            )
        return self

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Neurons of every layer, the 784 inputs and 10 outputs included."""
        return (PIXELS, *self.hidden_layers, CLASSES)

    @property
    def parameter_count(self) -> int:
        """Weights and biases of the network."""
        return count_parameters(self.layer_sizes)

    def architecture(self) -> Architecture:
        """The network to train, for nnlib."""
        return Architecture(self.layer_sizes, self.activation, LOSSES[self.loss].output)

    def recipe(self) -> Recipe:
        """How to train it, for nnlib."""
        return Recipe(
            loss=self.loss,
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            schedule=self.schedule,
            batch_size=self.batch_size,
            epochs=self.epochs,
            error_threshold=self.error_threshold,
            patience=self.patience,
            keep=self.keep,
            l2=self.l2,
            dropout=self.dropout,
            augmentation=self.augmentation,
            shuffle=self.shuffle,
            seed=self.seed,
        )

    def as_json(self) -> dict[str, Any]:
        """The plain value that is stored with the run and the version."""
        return self.model_dump(mode="json")
