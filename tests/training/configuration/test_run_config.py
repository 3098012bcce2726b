"""The configuration of a run: every bound, in plain words."""

import json
import math
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from training.configuration import run_config
from training.configuration.presets import PRESETS
from training.configuration.run_config import RunConfig
from weblib.plain_errors import plain_errors


def problems(**fields: Any) -> list[tuple[str, str]]:
    """What is wrong with these fields: where, and in which words."""
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(fields)
    return [(".".join(map(str, item["loc"])), item["msg"]) for item in plain_errors(caught.value)]


def test_the_defaults_are_valid() -> None:
    assert RunConfig.model_validate({}).layer_sizes == (784, 250, 10)


EDGES: list[tuple[str, Any]] = [
    ("hidden_layers", [1]),
    ("hidden_layers", [4096]),
    ("hidden_layers", [1] * 8),
    ("learning_rate", 5e-324),
    ("learning_rate", 100),
    ("batch_size", 1),
    ("batch_size", 10_000),
    ("epochs", 1),
    ("epochs", 10_000),
    ("error_threshold", 1e-9),
    ("error_threshold", 100),
    ("patience", 1),
    ("patience", 10_000),
    ("l2", 0),
    ("l2", 1),
    ("dropout", 0),
    ("dropout", 0.999),
    ("seed", 0),
    ("seed", 2**32 - 1),
    ("from_version", 1),
]


@pytest.mark.parametrize(("field", "value"), EDGES)
def test_a_value_on_its_bound_is_allowed(field: str, value: Any) -> None:
    given = getattr(RunConfig.model_validate({field: value}), field)
    assert given == (tuple(value) if isinstance(value, list) else value)


BEYOND: list[tuple[str, Any, str]] = [
    ("hidden_layers", [], "at least 1 is needed"),
    ("hidden_layers", [1] * 9, "at most 8 are allowed; got 9"),
    ("learning_rate", 0, "must be greater than 0; got 0"),
    ("learning_rate", -0.1, "must be greater than 0; got -0.1"),
    ("learning_rate", 100.1, "must be at most 100.0; got 100.1"),
    ("learning_rate", math.nan, "must be a finite number; got not-a-number"),
    ("learning_rate", math.inf, "must be a finite number; got infinity"),
    ("learning_rate", -math.inf, "must be a finite number; got minus infinity"),
    ("learning_rate", "nan", "must be a finite number; got 'nan'"),
    ("learning_rate", "inf", "must be a finite number; got 'inf'"),
    ("learning_rate", "1e999", "must be a finite number; got '1e999'"),
    ("learning_rate", "fast", "must be a number; got 'fast'"),
    ("learning_rate", "", "must be a number; got nothing"),
    ("learning_rate", None, "must be a number; got None"),
    ("learning_rate", [0.1], "must be a number; got [0.1]"),
    ("batch_size", 0, "must be at least 1; got 0"),
    ("batch_size", 10_001, "must be at most 10,000; got 10001"),
    ("batch_size", 1.5, "must be a whole number; got 1.5"),
    ("batch_size", "1.5", "must be a whole number; got '1.5'"),
    ("epochs", 0, "must be at least 1; got 0"),
    ("epochs", -1, "must be at least 1; got -1"),
    ("epochs", 10_001, "must be at most 10,000; got 10001"),
    ("epochs", math.nan, "must be a finite number; got not-a-number"),
    ("epochs", "many", "must be a whole number; got 'many'"),
    ("epochs", 10**30, "must be at most 10,000; got 1000000000000000000000000000000"),
    ("error_threshold", -0.001, "must be at least 0; got -0.001"),
    ("error_threshold", math.nan, "must be a finite number; got not-a-number"),
    ("error_threshold", math.inf, "must be a finite number; got infinity"),
    ("patience", -1, "must be at least 0; got -1"),
    ("patience", 10_001, "must be at most 10,000; got 10001"),
    ("l2", -1e-9, "must be at least 0; got -1e-09"),
    ("l2", 1.1, "must be at most 1.0; got 1.1"),
    ("l2", math.nan, "must be a finite number; got not-a-number"),
    ("dropout", -0.1, "must be at least 0; got -0.1"),
    ("dropout", 1, "must be less than 1; got 1"),
    ("dropout", math.nan, "must be a finite number; got not-a-number"),
    ("seed", -1, "must be at least 0; got -1"),
    ("seed", 2**32, "must be at most 4,294,967,295; got 4294967296"),
    ("from_version", 0, "must be at least 1; got 0"),
    ("shuffle", "perhaps", "must be true or false; got 'perhaps'"),
    ("engine", "torch", "must be one of 'nnlib' or 'keras'; got 'torch'"),
    ("dataset", "cifar", "must be one of 'mnist', 'pen-strokes', 'mnist+pen-strokes' or 'corrections'; got 'cifar'"),
    (
        "dataset",
        "../../etc/passwd",
        "must be one of 'mnist', 'pen-strokes', 'mnist+pen-strokes' or 'corrections'; got '../../etc/passwd'",
    ),
    ("activation", "softsign", "must be one of 'sigmoid', 'tanh' or 'relu'; got 'softsign'"),
    ("loss", "hinge", "must be one of 'squared_error' or 'cross_entropy'; got 'hinge'"),
    ("optimizer", "", "must be one of 'sgd', 'momentum', 'nesterov', 'rmsprop', 'adam' or 'adamw'; got nothing"),
]


@pytest.mark.parametrize(("field", "value", "words"), BEYOND)
def test_a_value_beyond_its_bound_is_told_in_plain_words(field: str, value: Any, words: str) -> None:
    assert problems(**{field: value}) == [(field, words)]


@pytest.mark.parametrize(
    ("sizes", "where", "words"),
    [
        ([0], "hidden_layers.0", "must be at least 1; got 0"),
        ([250, -3], "hidden_layers.1", "must be at least 1; got -3"),
        ([4097], "hidden_layers.0", "must be at most 4,096; got 4097"),
        ([10_000_000], "hidden_layers.0", "must be at most 4,096; got 10000000"),
        ([2.5], "hidden_layers.0", "must be a whole number; got 2.5"),
        (["x"], "hidden_layers.0", "must be a whole number; got 'x'"),
        ([None], "hidden_layers.0", "must be a whole number; got None"),
        (250, "hidden_layers", "must be a list of whole numbers, such as [250]; got 250"),
        ({"a": 1}, "hidden_layers", "must be a list of whole numbers, such as [250]; got {'a': 1}"),
    ],
)
def test_a_wrong_layer_is_pointed_at(sizes: Any, where: str, words: str) -> None:
    assert problems(hidden_layers=sizes) == [(where, words)]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [("250", (250,)), ("300, 100", (300, 100)), ("300,100", (300, 100)), (" [30; 20] ", (30, 20)), ("[8]", (8,))],
)
def test_layers_may_be_given_as_text(text: str, sizes: tuple[int, ...]) -> None:
    assert RunConfig.model_validate({"hidden_layers": text}).hidden_layers == sizes


WHOLE = "must be whole numbers separated by commas, such as 250 or 300, 100; got "


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("250, abc", "'abc'"),
        ("250,", "nothing between two commas"),
        (",", "nothing between two commas"),
        ("", "nothing"),
        ("   ", "nothing"),
        ("250 100", "'250 100'"),
        ("-5", "'-5'"),
        ("2.5", "'2.5'"),
        ("1e3", "'1e3'"),
        ("٣", "'٣'"),
        ("²", "'²'"),
    ],
)
def test_text_that_is_no_list_of_layers_is_quoted(text: str, got: str) -> None:
    assert problems(hidden_layers=text) == [("hidden_layers", WHOLE + got)]


def test_a_layer_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(ValidationError):
        RunConfig.model_validate({"hidden_layers": "9" * 5000})


def test_a_network_of_too_many_weights_is_refused_with_their_number() -> None:
    assert problems(hidden_layers=[4096, 4096]) == [
        ("", "this network would have 20,037,642 weights and biases; at most 10,000,000 are allowed")
    ]


def test_every_problem_is_told_at_once() -> None:
    found = problems(hidden_layers="250, abc", learning_rate=-1, dataset="x", colour="red")
    assert [where for where, _ in found] == ["dataset", "hidden_layers", "learning_rate", "colour"]


def test_an_unknown_field_is_refused() -> None:
    assert problems(learning_speed=1) == [("learning_speed", "is not a field here")]


@pytest.mark.parametrize("value", [[], "text", 3, None])
def test_a_configuration_that_is_no_object_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(value)
    assert plain_errors(caught.value)


@pytest.mark.parametrize("field", ["error_threshold", "patience", "from_version"])
@pytest.mark.parametrize("text", ["", "  ", None])
def test_an_empty_field_means_not_set(field: str, text: Any) -> None:
    assert getattr(RunConfig.model_validate({field: text}), field) is None


@pytest.mark.parametrize("field", ["error_threshold", "patience"])
def test_a_threshold_of_nothing_means_not_set(field: str) -> None:
    assert getattr(RunConfig.model_validate({field: 0}), field) is None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [("epochs", "7", 7), ("learning_rate", "0.5", 0.5), ("shuffle", "false", False), ("shuffle", "on", True)],
)
def test_numbers_and_truths_may_be_given_as_text(field: str, text: str, value: Any) -> None:
    assert getattr(RunConfig.model_validate({field: text}), field) == value


def test_a_configuration_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        RunConfig.model_validate({}).epochs = 3  # type: ignore[misc]


def test_a_long_value_is_quoted_in_short() -> None:
    ((_, words),) = problems(dataset="x" * 5000)
    assert len(words) < 200


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_is_valid(key: str) -> None:
    preset = PRESETS[key]
    chosen = RunConfig.model_validate(preset.fields)
    assert {name: getattr(chosen, name) for name in preset.fields if name != "hidden_layers"} == {
        name: value for name, value in preset.fields.items() if name != "hidden_layers"
    }


def test_classic_is_the_original_recipe_to_the_letter() -> None:
    classic = RunConfig.model_validate(PRESETS["classic"].fields)
    assert classic.architecture().layer_sizes == (784, 250, 10)
    assert (classic.architecture().activation, classic.architecture().output) == ("sigmoid", "sigmoid")
    recipe = classic.recipe()
    assert (recipe.loss, recipe.optimizer, recipe.learning_rate, recipe.batch_size) == ("squared_error", "sgd", 0.1, 1)
    assert (recipe.shuffle, recipe.error_threshold, classic.initializer) == (False, 0.016, "uniform")


@pytest.mark.parametrize("key", PRESETS)
def test_what_is_stored_gives_the_same_configuration_again(key: str) -> None:
    chosen = RunConfig.model_validate(PRESETS[key].fields)
    assert RunConfig.model_validate(json.loads(json.dumps(chosen.as_json()))) == chosen


CHOICES = {
    "activation": run_config.Activation,
    "loss": run_config.Loss,
    "initializer": run_config.Initializer,
    "optimizer": run_config.Optimizer,
    "schedule": run_config.Schedule,
    "augmentation": run_config.Augmentation,
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, kind in CHOICES.items() for value in get_args(kind)]
)
def test_whatever_can_be_chosen_nnlib_takes(field: str, value: str) -> None:
    chosen = RunConfig.model_validate({field: value})
    assert chosen.recipe().epochs == chosen.architecture().outputs
