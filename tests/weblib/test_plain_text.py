"""One rule for names, in the API and in forms."""

import pytest
from pydantic import TypeAdapter, ValidationError

from inference.pages.forms import ImportForm
from training.pages.forms import RunForm
from weblib.plain_text import Name

ACCEPTED = [
    "数字\u3000テスト",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 run",
    "\u0915\u094d\u200d\u0937",
    "run\u00a0one",
    "\u05e9\u05dc\u05d5\u05dd 7",
    "e\u0301te",
]
REFUSED = {
    "a\x00b": "control characters or line breaks",
    "a\nb": "control characters or line breaks",
    "a\x85b": "control characters or line breaks",
    "a\u2028b": "control characters or line breaks",
    "exe\u202efdp": "controls of the direction of writing",
    "a\u2066b\u2069": "controls of the direction of writing",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_names_of_every_script_are_taken_by_api_and_forms(name: str) -> None:
    assert TypeAdapter(Name).validate_python(name) == name
    for form in (RunForm, ImportForm):
        assert form({"name": name}).fields["name"].clean(name) == name


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kind"), REFUSED.items())
def test_controls_are_refused_by_api_and_forms_in_the_same_words(name: str, kind: str) -> None:
    with pytest.raises(ValidationError, match=f"must not hold {kind}"):
        TypeAdapter(Name).validate_python(name)
    for form in (RunForm({"name": name}), ImportForm({"name": name})):
        assert not form.is_valid()
        assert form.errors["name"] == [f"A name must not hold {kind}."]


def test_spaces_around_a_name_are_left_out_by_both() -> None:
    assert TypeAdapter(Name).validate_python("  One　") == "One"
    assert RunForm({"name": "  One　"}).fields["name"].clean("  One　") == "One"
