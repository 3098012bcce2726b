"""Forms about versions; what a model file may be is the services' to say."""

from typing import Any

from django import forms

from inference.model_files.pickle.plain_pickle import MAX_BYTES
from inference.models import ALIAS_NAME_LENGTH, check_alias_name
from weblib.plain_text import NAME_LENGTH


class ImportForm(forms.Form):
    """A model file and what to call it."""

    file = forms.FileField(
        label="Model file",
        allow_empty_file=True,
        error_messages={"required": "Choose a file first."},
        help_text="A pickle, NumPy archive, safetensors or ONNX file. Nothing in it is run.",
    )
    name = forms.CharField(
        required=False,
        max_length=NAME_LENGTH,
        label="Name",
        help_text="For you; may stay empty.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def clean_file(self) -> Any:
        """The uploaded file, unless it is larger than any model."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"A model file has at most {MAX_BYTES:,} bytes; this one has {file.size:,}.")
        return file


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
