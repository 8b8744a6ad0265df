"""The buildspecs of a site's pipeline.

[AWS CodeBuild User Guide, Build specification reference for CodeBuild]
(https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html).
"""

from collections.abc import Sequence
from typing import Any

from modules.delivery.codebuild.keys.buildspec import buildspec
from modules.delivery.site_pipeline.settings import SitePipelineSettings


def build_spec(settings: SitePipelineSettings) -> dict[str, Any]:
    """Return the buildspec that builds the pages and hands on the folder with them."""
    # Only AWS's images know how to switch versions.
    runtime = {} if settings.image else {"runtime-versions": {"nodejs": settings.node_version}}
    install = {**runtime, **({"commands": list(settings.install)} if settings.install else {})}
    phases = {**({"install": install} if install else {}), "build": {"commands": list(settings.build)}}
    return {
        "env": {"shell": "bash"},
        "phases": phases,
        "artifacts": {"base-directory": settings.output, "files": ["**/*"]},
    }


def publish_spec(commands: Sequence[str]) -> dict[str, Any]:
    """Return the buildspec that publishes the pages, unless there are none.

    Without the first command, an empty folder would delete the site.
    """
    return buildspec(["test -s index.html", *commands])
