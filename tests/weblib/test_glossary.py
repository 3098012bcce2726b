"""The glossary and the links to its entries."""

import re

import pytest
from django.template import Context, Template
from django.test import Client

from tests.lab import ROOT
from training.lessons.catalogue import LESSONS
from weblib.templatetags.glossary import GLOSSARY


def test_the_terms_are_in_alphabetical_order_and_none_comes_twice() -> None:
    titles = [term.title for term in GLOSSARY.values()]
    assert titles == sorted(titles, key=str.lower)
    assert len({title.lower() for title in titles}) == len(titles)


@pytest.mark.django_db
def test_the_page_has_an_entry_for_every_term(client: Client) -> None:
    text = client.get("/glossary/").content.decode()
    assert set(re.findall(r'class="card glossary__entry" id="([^"]+)"', text)) == set(GLOSSARY)


def test_a_term_leads_to_its_entry() -> None:
    page = Template('{% load glossary %}{% term "Test error" "Error (loss)" %}')
    assert 'href="/glossary/#error-loss"' in page.render(Context())
    with pytest.raises(KeyError):
        Template('{% load glossary %}{% term "Phlogiston" %}').render(Context())


def test_every_term_of_a_template_and_of_a_lesson_has_an_entry() -> None:
    used = [title for lesson in LESSONS.values() for title in lesson.terms]
    for path in (ROOT / "templates").rglob("*.html"):
        for shown, entry in re.findall(r'{% term "([^"]+)"(?: "([^"]+)")? %}', path.read_text()):
            used.append(entry or shown)
    assert used
    titles = {term.title for term in GLOSSARY.values()}
    assert {title for title in used if title not in titles} == set()
