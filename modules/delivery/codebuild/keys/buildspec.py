"""Buildspecs of CodeBuild."""

from collections.abc import Sequence
from typing import Any


def buildspec(commands: Sequence[str]) -> dict[str, Any]:
    """Return the buildspec that runs the commands in Bash, one after another, until one fails.

    [AWS CodeBuild User Guide, Build specification reference for CodeBuild]
    (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html).
    """
    return {"env": {"shell": "bash"}, "phases": {"build": {"commands": list(commands)}}}
