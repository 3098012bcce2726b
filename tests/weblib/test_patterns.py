"""The patterns of the API's schema allow what the server accepts, and no more."""

import re
import sys
from typing import Annotated, Any

import pytest
from django.test import Client
from pydantic import TypeAdapter, ValidationError

from inference.models import ALIAS_NAME_PATTERN
from training.configuration.run_config import RunConfig
from weblib.errors import NumberListError
from weblib.paging import Cursor
from weblib.plain_text import Name, NotesText, unfit_character
from weblib.tags import Tags, tags_in
from weblib.whole_numbers import NumberList, number_list_schema, numbers_in

SURROGATES = range(0xD800, 0xE000)


def pattern_of(kind: Any) -> re.Pattern[str]:
    # JSON's patterns end where the text does; Python's `$` may stand before a last line break.
    return re.compile(TypeAdapter(kind).json_schema()["pattern"].removesuffix("$") + r"\Z")


def test_the_pattern_of_a_name_forbids_the_characters_that_the_server_refuses() -> None:
    fits = pattern_of(Name).match
    characters = [chr(code) for code in range(sys.maxunicode + 1) if code not in SURROGATES]
    assert [one for one in characters if bool(fits(one)) == bool(unfit_character(one))] == []


def test_the_pattern_of_notes_forbids_zeros_alone() -> None:
    fits = pattern_of(NotesText).match
    assert fits("one\ntwo")
    assert not fits("one\x00two")


@pytest.mark.parametrize("cursor", ["", "3", "0003", "~3", "0.25~3", "1e-05~12", "-1.5e+20~3", "queued~3", "17~1"])
def test_the_pattern_of_a_cursor_allows_what_pages_give(cursor: str) -> None:
    assert pattern_of(Cursor).match(cursor)


@pytest.mark.parametrize("cursor", ["0", "x", "~", "3~", "0.5~0", "é\n~3", "3\n", "0" * 60, "0" * 40 + "1"])
def test_the_pattern_of_a_cursor_forbids_what_no_order_gives(client: Client, db: None, cursor: str) -> None:
    assert not pattern_of(Cursor).match(cursor)
    for sort in ("-number", "-duration", "status"):
        assert client.get("/api/v1/runs", {"cursor": cursor, "sort": sort}).status_code in {400, 422}


NUMBERS = ["", "3", "3,5", " 3 , 5 ", ",3,,5,", ",", " ", "1" * 9]
NO_NUMBERS = ["x", "3;5", "1" * 10, "-3", "3 5", "3.5", "3,,x", "３"]


@pytest.mark.parametrize("text", NUMBERS + NO_NUMBERS)
def test_the_pattern_of_numbers_is_what_the_server_reads(text: str) -> None:
    assert bool(pattern_of(NumberList).match(text)) == (text in NUMBERS)
    if text in NUMBERS:
        numbers_in(text)
    else:
        with pytest.raises(NumberListError):
            numbers_in(text)


@pytest.mark.parametrize("text", ["", "1,2,3,4", "1,x"])
def test_the_pattern_of_a_bounded_list_forbids_none_and_too_many(text: str) -> None:
    assert not re.match(number_list_schema(3)["pattern"], text)
    with pytest.raises(NumberListError):
        numbers_in(text, most=3)


@pytest.mark.parametrize("text", ["1", "1,2,3", " 1 , 2 "])
def test_the_pattern_of_a_bounded_list_allows_the_others(text: str) -> None:
    assert re.match(number_list_schema(3)["pattern"], text)
    assert numbers_in(text, most=3)


def test_tags_may_be_given_as_a_list_or_as_text() -> None:
    in_list, in_text = TypeAdapter(Tags).json_schema()["anyOf"]
    assert re.match(in_list["items"]["pattern"], "class 7b")
    assert not re.match(in_list["items"]["pattern"], "a,b")
    assert not re.match(in_list["items"]["pattern"], "x" * 41)
    assert re.match(in_text["pattern"], "wide, class 7b")
    assert tags_in("wide, class 7b") == tags_in(["wide", "class 7b"])
    assert not re.match(in_text["pattern"], ",".join("abcdefghijklm"))


@pytest.mark.parametrize("text", ["250", "300, 100", "[300, 100]", " 300;100 ", "0250", "4096"])
def test_the_pattern_of_layers_allows_what_the_server_reads(text: str) -> None:
    pattern = RunConfig.model_json_schema()["properties"]["hidden_layers"]["anyOf"][1]["pattern"]
    assert re.match(pattern, text)
    RunConfig.model_validate({"hidden_layers": text})


@pytest.mark.parametrize("text", ["", "0", "300,", "x", "40960", "1,1,1,1,1,1,1,1,1", "-3"])
def test_the_pattern_of_layers_forbids_what_it_refuses(text: str) -> None:
    pattern = RunConfig.model_json_schema()["properties"]["hidden_layers"]["anyOf"][1]["pattern"]
    assert not re.match(pattern, text)
    with pytest.raises(ValidationError):
        RunConfig.model_validate({"hidden_layers": text})


def test_the_schema_has_these_patterns_where_they_are_used() -> None:
    from digitlab.api import api

    paths = api.get_openapi_schema()["paths"]
    found = {
        (operation["operationId"], parameter["name"]): parameter["schema"].get("pattern")
        for path in paths.values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
    }
    assert found["listRuns", "cursor"] == found["listVersions", "cursor"] == pattern_of_json(Cursor)
    assert found["compareVersions", "numbers"] == found["compareVersions", "runs"] == pattern_of_json(NumberList)
    assert found["listRuns", "q"] == found["listVersions", "source"] == pattern_of_json(Name)
    assert found["moveAlias", "name"] == ALIAS_NAME_PATTERN


def test_a_form_has_no_null() -> None:
    from digitlab.api import api

    body = api.get_openapi_schema()["paths"]["/api/v1/versions/import"]["post"]["requestBody"]
    fields = body["content"]["multipart/form-data"]["schema"]["properties"]
    assert fields["activation"]["enum"] == ["sigmoid", "tanh", "relu"]
    assert all("anyOf" not in field for field in fields.values())


@pytest.mark.parametrize("field", ["epochs", "seed", "dropout", "patience", "from_version", "learning_rate"])
def test_true_and_false_are_no_numbers(field: str) -> None:
    with pytest.raises(ValidationError, match=field):
        RunConfig.model_validate({field: False})


def test_false_is_no_digit(client: Client, db: None) -> None:
    answer = client.patch("/api/v1/corrections/1", {"label": False}, content_type="application/json")
    assert answer.status_code == 422


def pattern_of_json(kind: Any) -> Any:
    return TypeAdapter(Annotated[kind, ...]).json_schema()["pattern"]
