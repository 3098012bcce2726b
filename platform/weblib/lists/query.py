"""The query of a list page: filters, order and cursor, all of them in its address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.http import QueryDict

from weblib import labels
from weblib.lists.filters import ENDS, RANGES, layers_in, number_in, number_text
from weblib.lists.orders import ACCURACY_INSTEAD

MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class RangeField:
    """The two boxes of a range in the form of a list: what they are called, and what they hold."""

    name: str
    title: str
    least: str
    most: str

    @property
    def is_share(self) -> bool:
        """Whether it may be written in percent."""
        return self.name == "test_accuracy"


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters, order and place of a list; invalid parts of an address are ignored."""

    # {"status": "failed", "dataset": "mnist"}: the fixed filters that are on.
    choices: Mapping[str, str] = field(default_factory=dict)
    # "300-100"
    layers: str = ""
    # By name, such as min_test_accuracy.
    limits: Mapping[str, float] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    text: str = ""
    sort: str = "-number"
    cursor: str | None = None

    @classmethod
    def read(cls, query: QueryDict, *, choices: Mapping[str, Any], sorts: Collection[str]) -> Self:
        """The query in an address.

        Args:
            query: the address's own.
            choices: per fixed filter the values that it may have.
            sorts: the orders there are.
        """
        said = {name: query.get(name, "") for name in choices}
        words = (" ".join(word.split()).lower() for word in query.getlist("tag") if word.isprintable())
        text = query.get("q", "").strip()[:MAX_TEXT]
        limits = {
            name: number_in(query.get(name, ""), is_share=name.endswith("_accuracy"))
            for name in (f"{end}_{title}" for title in RANGES for end in ENDS)
        }
        sort = query.get("sort", "")
        return cls(
            choices={name: value for name, value in said.items() if value in choices[name]},
            layers=layers_in(query.get("hidden_layers", "")),
            limits={name: value for name, value in limits.items() if value is not None},
            tags=tuple(dict.fromkeys(word for word in words if word)),
            text=text if text.isprintable() else "",
            sort=sort if sort in sorts else "-number",
            cursor=query.get("cursor") or None,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.choices or self.tags or self.text or self.layers or self.limits)

    @property
    def is_narrowed_further(self) -> bool:
        """Whether one of the filters is on that a list folds away."""
        return bool(self.layers or self.limits or {"optimizer", "engine", "source", "loss"} & self.choices.keys())

    @property
    def filters(self) -> dict[str, Any]:
        """The filters, as the selectors of the list take them."""
        layers = {"hidden_layers": self.layers}
        return {**self.choices, **layers, **self.limits, "tags": self.tags, "text": self.text}

    @property
    def selection(self) -> dict[str, Any]:
        """The filters and the order."""
        return {**self.filters, "sort": self.sort}

    def address(self, **changes: Any) -> str:
        """`?status=failed&sort=…` of this query with some of it changed; the first page by default."""
        asked = replace(self, **{"cursor": None, **changes})
        query = QueryDict(mutable=True)
        query.update({**asked.choices, **({"hidden_layers": asked.layers} if asked.layers else {})})
        query.update({name: f"{value:.12g}" for name, value in asked.limits.items()})
        query.setlist("tag", list(asked.tags))
        for name, value in (("q", asked.text), ("sort", asked.sort), ("cursor", asked.cursor)):
            if value and (name, value) != ("sort", "-number"):
                query[name] = value
        return f"?{query.urlencode()}"

    @property
    def is_by_error(self) -> bool:
        """Whether the order depends on the loss."""
        return self.sort in ACCURACY_INSTEAD

    def by_accuracy(self) -> Self:
        """The same list by accuracy in place of error, best for best, from its first page."""
        return replace(self, sort=ACCURACY_INSTEAD[self.sort], cursor=None)

    def by_error_of(self, losses: Sequence[str]) -> list[tuple[str, str]]:
        """Per loss its title and the address of its rows alone, in this order; [] where there is one loss at most."""
        if len(losses) < 2:
            return []
        return [(labels.loss_title(loss), self.address_with("loss", loss)) for loss in losses]

    @property
    def own_address(self) -> str:
        """The address of this very page."""
        return self.address(cursor=self.cursor)

    def address_with(self, name: str, value: str) -> str:
        """The address with one fixed filter set, or taken off by an empty value."""
        choices = {**self.choices, name: value}
        return self.address(choices={name: value for name, value in choices.items() if value})

    @property
    def chips(self) -> list[Chip]:
        """Every filter that is on, each with the address without it."""
        choices = [
            Chip(labels.choice_title(value), self.address_with(name, "")) for name, value in self.choices.items()
        ]
        tags = [
            Chip(f"#{tag}", self.address(tags=tuple(other for other in self.tags if other != tag))) for tag in self.tags
        ]
        text = [Chip(f"“{self.text}”", self.address(text=""))] if self.text else []
        title = f"Hidden layers {self.layers}"
        layers = [Chip(title, self.address(layers=""))] if self.layers else []
        return choices + layers + self._limit_chips() + tags + text

    def _limit_chips(self) -> list[Chip]:
        chips = []
        for limit, value in self.limits.items():
            end, _, name = limit.partition("_")
            others = {other: value for other, value in self.limits.items() if other != limit}
            text = f"{RANGES[name]} {ENDS[end][1]} {number_text(name, value)}"
            chips.append(Chip(text, self.address(limits=others)))
        return chips

    @property
    def range_fields(self) -> list[RangeField]:
        """The boxes of every range."""

        def shown(name: str, end: str) -> str:
            value = self.limits.get(f"{end}_{name}")
            return "" if value is None else number_text(name, value)

        return [RangeField(name, title, shown(name, "min"), shown(name, "max")) for name, title in RANGES.items()]
