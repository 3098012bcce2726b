"""Writes `static/js/lib/messages.d.ts`: the types of the server's messages for the pages' scripts (`make types`).

The types come from the OpenAPI schema of the HTTP API and from the WebSocket messages, whose JSON schemas Pydantic
makes. openapi-typescript turns them into TypeScript and prettier formats the result; `npm ci` installs both.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import django
from pydantic import TypeAdapter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
django.setup()

from digitlab.api import api  # noqa: E402
from inference.inspection.flow import Lines  # noqa: E402
from training.runs.messages import RunMessage  # noqa: E402

# Messages that are in no response of the HTTP API.
MESSAGES: Final[dict[str, Any]] = {"RunMessage": RunMessage, "Lines": Lines}

ROOT: Final = Path(__file__).resolve().parents[1]
TARGET: Final = ROOT / "static/js/lib/messages.d.ts"
TYPESCRIPT_OPTIONS: Final = (
    "--root-types",
    "--root-types-no-schema-prefix",
    "--root-types-keep-casing",
    "--default-non-nullable=false",  # a field with a default may be missing
)
HEAD: Final = """/**
 * The server's messages. Generated from the OpenAPI schema and the WebSocket messages by
 * tools/generate_message_types.py: run `make types` after a change of either; do not edit.
 */

"""
# Text that no type needs: descriptions may change without a change of types.
PROSE: Final = ("title", "description", "default")


def main() -> None:
    """Write the file, or with `--check` compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the file is not current; write nothing")
    arguments = parser.parse_args()
    generated = declarations(schemas())
    if not arguments.check:
        TARGET.write_text(generated)
    elif not TARGET.exists() or TARGET.read_text() != generated:
        sys.exit(f"{TARGET.relative_to(ROOT)} is not current: run `make types`")


def schemas() -> dict[str, Any]:
    """The JSON schema of every message, by name.

    Raises:
        ValueError: two different messages have the same name.
    """
    components = api.get_openapi_schema()["components"]["schemas"]
    found = {name: _types_only(schema) for name, schema in components.items()}
    for name, message in MESSAGES.items():
        schema = TypeAdapter(message).json_schema(ref_template="#/components/schemas/{model}")
        for key, value in {**schema.pop("$defs", {}), name: schema}.items():
            plain = _types_only(value)
            if found.setdefault(key, plain) != plain:
                raise ValueError(f"expected one message called {key}; got two that differ")
    return found


def declarations(components: dict[str, Any]) -> str:
    """TypeScript declarations of the components of an OpenAPI schema."""
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Messages", "version": "1"},
        "paths": {},
        "components": {"schemas": components},
    }
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder) / "schema.json", Path(folder) / "messages.d.ts"
        source.write_text(json.dumps(document))
        _run("openapi-typescript", str(source), "--output", str(output), *TYPESCRIPT_OPTIONS)
        text = output.read_text()
    # HEAD replaces the head that openapi-typescript writes.
    return _run("prettier", "--stdin-filepath", str(TARGET), text=HEAD + text.partition("*/\n")[2].lstrip())


def _types_only(schema: Any) -> Any:
    """The schema without titles, descriptions and defaults."""
    if isinstance(schema, list):
        return [_types_only(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _types_only(field) for name, field in value.items()} if key == "properties" else _types_only(value)
        for key, value in schema.items()
        if key not in PROSE
    }


def _run(tool: str, *arguments: str, text: str = "") -> str:
    npx = shutil.which("npx")
    if npx is None:
        sys.exit("npx is missing: install Node.js and run `npm ci`")
    command = [npx, "--no-install", tool, *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main()
