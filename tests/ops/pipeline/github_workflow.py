"""Environments whose pipeline is on GitHub, for the tests of its workflow."""

from pathlib import Path
from typing import Any

import yaml

from modules.environment import Environment
from modules.environment_files import load
from ops.pipeline.github import pipeline
from tests.support.environments import DEV, PROD, write

PIPELINE = """
pipeline {
  github {
    repository = "agora/infrastructure"
  }
}
"""
STAGING = DEV.replace("development", "staging").replace("10.20.0.0/20", "10.20.32.0/20")
#: The paths that affect an environment.
PATHS = ["envs/{}.hcl", "modules/*.py", "modules/data/**/*"]


def environments(folder: Path) -> list[Environment]:
    """Return one environment for each tier."""
    texts = {"dev": DEV, "staging": STAGING, "prod": PROD}
    files = load(write(folder, {name: text + PIPELINE for name, text in texts.items()}))
    return [each.settings for each in files.values()]


def workflow_text(folder: Path) -> str:
    """Return the workflow of these environments."""
    found = environments(folder)
    return pipeline(found, {each.name: [path.format(each.name) for path in PATHS] for each in found})


def parsed(text: str) -> dict[str, Any]:
    """Return the workflow."""
    document: dict[str, Any] = yaml.safe_load(text)
    return document
