"""The filters that the lists of runs and of versions share, for selectors, for addresses and for the API."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, cast

from django.db.models import Manager, Model, QuerySet
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from weblib.lists.search import matching
from weblib.plain_text import Name

Row = TypeVar("Row", bound=Model)

RANGES: Final[dict[str, str]] = {
    "learning_rate": "Learning rate",
    "epochs": "Epochs trained",
    "test_error": "Test error",
    "test_accuracy": "Test accuracy",
}
"""What lists are narrowed by ranges of, and its title; `min_…` and `max_…` in addresses and the API."""
ENDS: Final = {"min": ("gte", "≥"), "max": ("lte", "≤")}
_LAYERS: Final = r"[0-9]{1,4}( *[-,;] *[0-9]{1,4}){0,15}"


class CommonFilters(TypedDict, total=False):
    """What both lists are narrowed by; `text` is looked for in names, notes, tags, configurations and numbers."""

    dataset: str | None
    optimizer: str | None
    engine: str | None
    # "300-100"
    hidden_layers: str | None
    min_learning_rate: float | None
    max_learning_rate: float | None
    min_epochs: float | None
    max_epochs: float | None
    min_test_error: float | None
    max_test_error: float | None
    min_test_accuracy: float | None
    max_test_accuracy: float | None
    tags: Sequence[str]
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a list has what the filters name.

    Attributes:
        tags: The tags of its rows.
        owner: The column of a tag that names its row.
        number: The column of a row's number.
        epochs: The column with the epochs that were trained.
        texts: The columns that text is looked for in.
    """

    tags: Manager[Any]
    owner: str
    number: str
    epochs: str
    texts: tuple[str, ...]


def narrowed(rows: QuerySet[Row], columns: Columns, filters: Mapping[str, Any]) -> QuerySet[Row]:
    """The rows that fit every filter of `CommonFilters` but for the layers, of which the lists keep different text."""
    for name in ("dataset", "optimizer", "engine"):
        if value := filters.get(name):
            rows = rows.filter(**{name: value})
    for name in RANGES:
        column = columns.epochs if name == "epochs" else name
        for end, (lookup, _) in ENDS.items():
            if (value := filters.get(f"{end}_{name}")) is not None:
                rows = rows.filter(**{f"{column}__{lookup}": value})
    for tag in filters.get("tags", ()):
        rows = rows.filter(pk__in=columns.tags.filter(word=tag).values(columns.owner))
    if text := filters.get("text"):
        tagged = lambda word: columns.tags.filter(word__contains=word).values(columns.owner)  # noqa: E731
        rows = rows.filter(matching(text, texts=columns.texts, number=columns.number, tagged=tagged))
    return rows


def layers_in(text: str) -> str:
    """The sizes in "300, 100" or "300-100" as "300-100"; "" for anything else."""
    return "-".join(re.findall(r"[0-9]+", text)) if re.fullmatch(_LAYERS, text.strip()) else ""


def number_in(text: str, *, is_share: bool = False) -> float | None:
    """The number in "0.01", "0,01" or, where it is a share, "98 %" or "98"; None for anything else."""
    found = re.fullmatch(r"(\d{1,12}(?:[.,]\d{1,12})?(?:e-?\d{1,2})?)( ?%)?", text.strip().lower())
    if found is None or (found[2] and not is_share):
        return None
    value = float(found[1].replace(",", "."))
    return value / 100 if is_share and (found[2] or value > 1) else value


def number_text(name: str, value: float) -> str:
    """The limit of a range as people write it: "0.01", "98 %"."""
    return f"{100 * value:.10g} %" if name == "test_accuracy" else f"{value:.12g}"


def _layers(text: str) -> str:
    found = layers_in(text)
    if text and not found:
        raise PydanticCustomError("layers", "must be sizes of hidden layers such as 250 or 300-100")
    return found


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


_Limit = Annotated[float, Field(allow_inf_nan=False)] | None
_Number = Annotated[_Limit, BeforeValidator(_empty_is_none, json_schema_input_type=_Limit | Literal[""])]


class FilterQuery(BaseModel):
    """The query parameters that both lists have; `selection` is the same for selectors.

    Every word of `q` is looked for in names, notes, tags and configurations, a number also among numbers of rows.
    """

    dataset: Name = ""
    tag: list[Name] = Field(default_factory=list, description="May be given several times")
    q: Name = Field("", description="Words in names, notes, tags and configurations; numbers")
    optimizer: Name = ""
    engine: Name = ""
    hidden_layers: Annotated[
        str,
        Field(description="Sizes such as 250 or 300-100", json_schema_extra={"pattern": f"^( *{_LAYERS} *)?$"}),
        AfterValidator(_layers),
    ] = ""
    min_learning_rate: _Number = None
    max_learning_rate: _Number = None
    min_epochs: _Number = None
    max_epochs: _Number = None
    min_test_error: _Number = None
    max_test_error: _Number = None
    min_test_accuracy: _Number = Field(None, description="A share from 0 to 1")
    max_test_accuracy: _Number = Field(None, description="A share from 0 to 1")

    @property
    def selection(self) -> CommonFilters:
        """The filters that are on."""
        found = self.model_dump(exclude={"tag", "q"}, exclude_none=True)
        return cast("CommonFilters", {**found, "tags": self.tag, "text": self.q})
