"""axe-core, injected into a page of a browser test: what it finds of serious or moderate impact."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[1] / "node_modules/axe-core/axe.min.js"
IMPACTS = ["moderate", "serious", "critical"]


def violations(page: Page) -> list[str]:
    """One line per element that breaks a rule, without those that Swagger brings along."""
    if not SCRIPT.exists():
        pytest.skip("axe-core is not installed: `npm ci` installs it")
    page.evaluate(SCRIPT.read_text())
    found = page.evaluate(
        """async (impacts) => {
            const swagger = (node) => document.querySelector(node.target[0])?.closest('.swagger-ui');
            return (await axe.run(document)).violations
            .filter((rule) => impacts.includes(rule.impact))
            .flatMap((rule) => rule.nodes.filter((node) => !swagger(node))
                .map((node) => `${rule.id}: ${node.target} ${node.any[0]?.message ?? ''}`));
        }""",
        IMPACTS,
    )
    return list(found)
