"""The query of a list page: filters, order and cursor, all of them in its address."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from django.http import QueryDict

from weblib import labels
from weblib.list_orders import ACCURACY_INSTEAD

MAX_TEXT = 100


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address without it."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters, order and place of a list; invalid parts of an address are ignored."""

    # {"status": "failed", "dataset": "mnist"}: the fixed filters that are on.
    choices: Mapping[str, str] = field(default_factory=dict)
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
        sort = query.get("sort", "")
        return cls(
            choices={name: value for name, value in said.items() if value in choices[name]},
            tags=tuple(dict.fromkeys(word for word in words if word)),
            text=text if text.isprintable() else "",
            sort=sort if sort in sorts else "-number",
            cursor=query.get("cursor") or None,
        )

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.choices or self.tags or self.text)

    @property
    def filters(self) -> dict[str, Any]:
        """The filters, as the selectors of the list take them."""
        return {**self.choices, "tags": self.tags, "text": self.text}

    @property
    def selection(self) -> dict[str, Any]:
        """The filters and the order."""
        return {**self.filters, "sort": self.sort}

    def address(self, **changes: Any) -> str:
        """`?status=failed&sort=…` of this query with some of it changed; the first page by default."""
        asked = replace(self, **{"cursor": None, **changes})
        query = QueryDict(mutable=True)
        query.update(dict(asked.choices))
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
        return choices + tags + text
