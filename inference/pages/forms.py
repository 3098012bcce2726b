"""Forms about versions; what a model file may be is the services' to say."""

from collections.abc import Sequence
from typing import Any

from django import forms

from inference.labels import INPUT_SCALE_TITLES
from inference.model_files.import_options import ACTIVATIONS, OUTPUTS, ImportOptions
from inference.model_files.input_scale import AS_IT_IS
from inference.model_files.pickle.plain_pickle import MAX_BYTES
from inference.models import ALIAS_NAME_LENGTH, check_alias_name
from weblib.labels import choice_title
from weblib.plain_text import NameField
from weblib.templatetags.readable import file_size


def _choices(names: Sequence[str]) -> list[tuple[str, str]]:
    return [("", "As the file says"), *((name, choice_title(name)) for name in names)]


class ImportForm(forms.Form):
    """A model file, what to call it, and what the file itself may not say."""

    file = forms.FileField(
        label="Model file",
        allow_empty_file=True,
        error_messages={"required": "Choose a file first."},
        help_text="A pickle, NumPy archive, safetensors or ONNX file. Nothing in it is run.",
    )
    name = NameField()
    activation = forms.ChoiceField(
        required=False,
        choices=_choices(ACTIVATIONS),
        label="Activation of the hidden layers",
        help_text="Needed for plain arrays. ONNX and files of Digit Lab say it.",
    )
    output = forms.ChoiceField(
        required=False,
        choices=_choices(OUTPUTS),
        label="Output",
        help_text="Softmax also for a network that ends with logits and was trained with the cross-entropy.",
    )
    input_scale = forms.ChoiceField(
        required=False,
        choices=INPUT_SCALE_TITLES.items(),
        label="Pixels it was trained on",
        help_text="Folded into the first layer. If you do not know, leave it: the measurement notices another scale.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_file(self) -> Any:
        """The uploaded file, unless it is larger than any model."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"A model file has at most {file_size(MAX_BYTES)}; this one has {file_size(file.size)}."
            )
        return file

    @property
    def options(self) -> ImportOptions:
        """What was said about the file."""
        said = {name: self.cleaned_data[name] for name in ("activation", "output", "input_scale")}
        return ImportOptions(**{name: value for name, value in said.items() if value})


class RescaleForm(forms.Form):
    """The range of pixels that an imported version was trained on."""

    input_scale = forms.ChoiceField(choices=[one for one in INPUT_SCALE_TITLES.items() if one[0] != AS_IT_IS])


class AliasForm(forms.Form):
    """A name, and the number of the version that it should mean."""

    name = forms.CharField(
        max_length=ALIAS_NAME_LENGTH,
        validators=[check_alias_name],
        label="Name",
        error_messages={"required": "Give it a name."},
        help_text="Lower-case letters, digits, - and _; a letter first.",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "list": "known-aliases"}
        ),
    )
    version = forms.IntegerField(
        min_value=1,
        label="Version",
        error_messages={"required": "Say which version it should mean.", "invalid": "Give the number of a version."},
        help_text="Its number.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
