"""The form of a run: every field of `RunConfig`, which validates them."""

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from django import forms
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

import datasets
from datasets.samples import rehearsal, selectors
from inference.errors import VersionNotFoundError
from inference.registry.selectors import get_version
from training.configuration import run_config as options
from training.configuration.parent_shape import shape_of
from training.configuration.presets import PRESETS, preset_fields
from training.configuration.run_config import DatasetKey, RunConfig
from training.models import Run
from training.runs import services
from training.runs.selectors import get_run
from weblib import labels
from weblib.plain_errors import FieldError, plain_errors
from weblib.plain_text import NameField
from weblib.tags import tags_in

DATASETS: Final = get_args(DatasetKey)
DECIMAL: Final = {"learning_rate", "error_threshold", "l2", "dropout", "validation_share"}


def _help(field: str, more: str = "") -> str:
    said = RunConfig.model_fields[field].description or ""
    return f"{said}. {more}".strip()


def _text(field: str, more: str = "", *, inputmode: str = "decimal") -> forms.CharField:
    """A box for text or a number. Not `type=number`: a browser would drop what it cannot read before we can explain."""
    widget = forms.TextInput(attrs={"inputmode": inputmode, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        required=False, label=labels.FIELD_TITLES[field], help_text=_help(field, more), widget=widget
    )


def _choice(field: str, values: Any, *, said: str = "") -> forms.CharField:
    """A choice of fixed values. Not a ChoiceField: `RunConfig` knows which values there are."""
    widget = forms.Select(choices=[(value, labels.choice_title(value)) for value in get_args(values)])
    return forms.CharField(
        required=False, label=labels.FIELD_TITLES[field], help_text=said or _help(field), widget=widget
    )


class RunForm(forms.Form):
    """The fields of the page; once valid, `config` is the typed configuration."""

    MAIN: Final = (
        "hidden_layers",
        "activation",
        "loss",
        "optimizer",
        "learning_rate",
        "batch_size",
        "epochs",
        "augmentation",
    )
    ADVANCED: Final = (
        ("Network", ("initializer", "from_version")),
        ("Optimization", ("schedule", "shuffle", "seed", "engine")),
        ("Validation and early stopping", ("validation_share", "patience", "keep", "error_threshold")),
        ("Regularization", ("l2", "dropout")),
    )

    name = NameField()
    tags = forms.CharField(
        required=False,
        label="Tags",
        help_text="Words to find it again by, separated by commas; the version inherits them.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "list": "known-tags"}),
    )
    dataset = _choice("dataset", options.DatasetKey)
    hidden_layers = _text("hidden_layers", "Separate several by commas: 300, 100.", inputmode="text")
    epochs = _text("epochs", inputmode="numeric")
    batch_size = _text(
        "batch_size", "1 learns after every sample: slower, and the original's way.", inputmode="numeric"
    )
    learning_rate = _text("learning_rate", "Adam likes 0.001 to 0.003, plain SGD 0.1.")
    optimizer = _choice("optimizer", options.Optimizer)
    augmentation = _choice("augmentation", options.Augmentation)
    activation = _choice(
        "activation",
        options.Activation,
        said="How a neuron turns its input into its output: ReLU learns fast, sigmoid is the classic.",
    )
    loss = _choice("loss", options.Loss, said="Squared error goes with sigmoid outputs, cross-entropy with a softmax.")
    initializer = _choice(
        "initializer",
        options.Initializer,
        said="How they are drawn: Uniform in [-0.5, 0.5], He suits ReLU, Xavier tanh.",
    )
    shuffle = forms.BooleanField(required=False, label=labels.FIELD_TITLES["shuffle"], help_text=_help("shuffle"))
    schedule = _choice("schedule", options.Schedule)
    seed = _text("seed", "It begins every random choice.", inputmode="numeric")
    engine = _choice("engine", options.Engine)
    error_threshold = _text("error_threshold", "Empty: never.")
    validation_share = _text(
        "validation_share", "What is chosen during training is chosen by them: 0.1 is usual, 0 holds out none."
    )
    keep = _choice("keep", options.Keep)
    patience = _text("patience", "Empty: never.", inputmode="numeric")
    l2 = _text("l2", "It pulls weights towards zero, against overfitting. 0: none.")
    dropout = _text("dropout", "From 0 to below 1, against overfitting.")
    from_version = _text("from_version", "Empty: from random weights.", inputmode="numeric")

    config: RunConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_tags(self) -> list[str]:
        """The words, each once."""
        try:
            return tags_in(self.cleaned_data["tags"])
        except PydanticCustomError as error:
            raise forms.ValidationError(f"Tags {error.message()}.") from error

    def clean(self) -> dict[str, Any]:
        """Let `RunConfig` judge the fields, and add its errors to them."""
        cleaned = self.cleaned_data
        # What a sender leaves out keeps its default, but for the box that a browser leaves out when it is not ticked.
        sent = {name for name in RunConfig.model_fields if name in self.data} | {"shuffle"}
        given = {
            name: _with_point(cleaned[name]) if name in DECIMAL else cleaned[name] for name in sent & cleaned.keys()
        }
        try:
            self.config = RunConfig.model_validate(given)
        except ValidationError as error:
            for problem in plain_errors(error):
                self.add_error(*_placed(problem))
            # With the others, not after them.
            refusals = services.dataset_refusals(given["dataset"]) if given.get("dataset") in DATASETS else []
        else:
            refusals = services.refusals(self.config)
        for refusal in refusals:
            self.add_error(refusal.field, _sentence(str(refusal)))
        return cleaned

    @property
    def advanced_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields that are folded away, under their headings."""
        return [(title, [self[name] for name in names]) for title, names in self.ADVANCED]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The fields that are always in sight."""
        return [self[name] for name in self.MAIN]

    @property
    def has_advanced_errors(self) -> bool:
        """Whether something is wrong in what is folded away."""
        return any(name in self.errors for _, names in self.ADVANCED for name in names)


def starting_values(query: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """What the form starts with, and a message when the address names something that does not exist.

    `?preset=fast` is a preset, `?from_run=12` (with name and tags) and `?from_version=3` a stored configuration,
    `?fine_tune=3` the same but going on from that version's weights; with `&dataset=corrections`, by few and careful
    steps on the corrections. `?dataset=mnist` alone chooses what to learn from.
    """
    values, sentence, said = dict[str, Any](), "", dict[str, str]()
    try:
        if query.get("preset") in PRESETS:
            values = preset_values(query["preset"])
        elif "from_run" in query:
            run = _run_numbered(query["from_run"])
            values = run.config
            said = {"name": run.name, "tags": ", ".join(tag.word for tag in run.tags.all())}
        elif "from_version" in query:
            values, sentence = _version_values(query["from_version"])
        elif "fine_tune" in query:
            values, sentence = _version_values(query["fine_tune"])
            values = {**values, "from_version": int(query["fine_tune"])}
            if query.get("dataset") == rehearsal.KEY:
                values, sentence = {**values, **rehearsal.RECIPE}, ""
        elif query.get("dataset") in get_args(DatasetKey):
            values = {"dataset": query["dataset"]}
    except (VersionNotFoundError, Run.DoesNotExist, ValueError):
        sentence = "What this form should start from is not there (any more); these are the defaults."
    if values.get("dataset") == rehearsal.KEY and selectors.count() < rehearsal.LEAST:
        values, sentence = (
            {**values, "dataset": datasets.default_key()},
            _sentence(rehearsal.too_few(selectors.count())),
        )
    return {**_as_form_values({**_defaults(), **values}), **said}, sentence


def preset_values(key: str) -> dict[str, Any]:
    """Every field of a preset as the form shows it, on a data set that can be had here."""
    return _as_form_values({**_defaults(), **preset_fields(key)})


def _defaults() -> dict[str, Any]:
    return {**RunConfig().as_json(), "dataset": datasets.default_key()}


def _run_numbered(text: str) -> Run:
    return get_run(int(text))


def _version_values(text: str) -> tuple[dict[str, Any], str]:
    version = get_version(int(text))
    if version.config:
        return version.config, ""
    return shape_of(version), f"Version {version.number} came without a configuration; only its shape is filled in."


def _as_form_values(values: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in values.items() if name in RunConfig.model_fields}
    shown = {name: _whole_if_whole(value) for name, value in known.items()}
    return {**shown, "hidden_layers": labels.value_text(known["hidden_layers"])}


def _whole_if_whole(value: Any) -> Any:
    """`0.0` as `0`; any other number to its last digit, so that training again is training the same."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _with_point(text: Any) -> Any:
    """A number that is written with a decimal comma, as "0,01", with a point."""
    return re.sub(r"^(\s*-?\d*),(\d+\s*)$", r"\1.\2", text) if isinstance(text, str) else text


def _placed(problem: FieldError) -> tuple[str, str]:
    """The field with the error, and its message."""
    # The only rule about the whole is the number of parameters, which the layers decide.
    field, *inside = problem["loc"] or ["hidden_layers"]
    sentence = problem["msg"]
    if inside and isinstance(inside[0], int):
        sentence = f"layer {inside[0] + 1} {sentence}"
    return str(field), _sentence(sentence)


def _sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    capitalised = f"{text[0].upper()}{text[1:]}"
    return capitalised if capitalised.endswith((".", "…")) else f"{capitalised}."
