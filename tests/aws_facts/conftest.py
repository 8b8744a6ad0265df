"""Fixture of these tests: every synthesized stack."""

from pathlib import Path

import pytest

from tests.aws_facts.stack import Stack
from tests.support.template import Template


@pytest.fixture(scope="session")
def stacks(reference: Path, further: Path) -> list[Stack]:
    """Return every stack with resources, of the reference environments and of the tests' environments."""
    templates = [
        Template(folder)
        for output in (reference, further)
        for folder in sorted(output.glob("stacks/*"))
        if folder.is_dir()
    ]
    return [Stack(template) for template in templates if "resource" in template.json]
