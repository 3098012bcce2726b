"""The script of a page, and what a browser is told to fetch with it."""

from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template

from weblib.templatetags.modules import imported_by


@pytest.fixture
def scripts(tmp_path: Path, settings: Any) -> Path:
    settings.STATICFILES_DIRS = [tmp_path]
    imported_by.cache_clear()
    return tmp_path


def write(folder: Path, **modules: str) -> None:
    for name, text in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def test_imports_are_found_however_deep_and_once(scripts: Path) -> None:
    write(
        scripts,
        page='import { a } from "./parts/a.js";\nimport {\n  b,\n} from "./parts/b.js";\n',
        parts__a='import "../c.js";\nexport const a = 1;\n',
        parts__b='export { c as b } from "../c.js";\n',
        c='import { page } from "./page.js";\nexport const c = 1;\n',
    )
    assert imported_by("page.js") == ("parts/a.js", "parts/b.js", "c.js")


def test_types_and_what_is_imported_later_are_no_imports(scripts: Path) -> None:
    write(scripts, page='/** @typedef {import("./types.js").One} One */\nconst later = () =>\nimport("./later.js");\n')
    assert imported_by("page.js") == ()


def test_a_module_that_is_not_there_is_named(scripts: Path) -> None:
    write(scripts, page='import { gone } from "./gone.js";\n')
    with pytest.raises(FileNotFoundError, match=r"gone\.js"):
        imported_by("page.js")


def test_the_tag_links_imports_before_the_script(scripts: Path) -> None:
    write(scripts, page='import "./a.js";\n', a="")
    text = Template("{% load modules %}{% module 'page.js' %}").render(Context())
    assert text == (
        '<link rel="modulepreload" href="/static/a.js">\n<script type="module" src="/static/page.js"></script>'
    )
