"""What the CI files of both servers have in common: templates, the first lines, and where the commands come from."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from modules.foundation.settings import Tier
from ops.application.releases import RUNBOOK, Application, Server
from ops.errors import ExitCode, OpsError
from ops.workspace import PROJECT

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 120
#: A weekly build renews what dev runs; see `renewal`.
_WEEK_DAYS = 8
_PLACE = re.compile(r"<<(\w+)>>")


@dataclass(frozen=True)
class Source:
    """The infrastructure repository, from which jobs get the commands and the environment files."""

    server: Server
    url: str
    """The URL for `git fetch`."""
    ref: str
    """The commit or tag that is used."""
    envs: str = "envs"
    """The folder of environment files in it."""

    @property
    def path(self) -> str:
        """The repository's owner and name, or the project's path."""
        return self.url.partition("://")[2].partition("/")[2].removesuffix(".git")

    @property
    def option(self) -> str:
        """The option of commands that names the folder, if it is not the usual one."""
        return "" if self.envs == "envs" else f" --envs {self.envs}"


def filled(template: str, **values: str) -> str:
    """Return a template with its places filled. Raises KeyError for a place without a value."""
    return _PLACE.sub(lambda place: values[place[1]], (TEMPLATES / template).read_text())


def head(application: Application, source: Source, once: list[str]) -> str:
    """Return the first lines of a file: what happens when, and what a person sets up once."""
    tiers = get_args(Tier)
    dev, staging, production = (" and ".join(each.env for each in application.of_tier(tier)) for tier in tiers)
    built = "builds" if application.builds_releases else "gives the tested image this version"
    lines = {
        f"push to {application.default_branch}": f"tests, builds, releases to {dev}" if dev else "tests",
        "tag v1.5.0-rc.1": "tests, builds" + (f", releases to {staging}" if staging else ""),
        "tag v1.5.0": f"tests, {built}" + (f", and after approval releases to {production}" if production else ""),
    }
    width = max(map(len, lines)) + 3
    return "\n".join(
        [
            *comment(
                f"Written by `python -m ops ci app` in {source.path}, and from then on yours. {RUNBOOK} there explains "
                "it, and how to write it again."
            ),
            "#",
            *(f"#   {when:<{width}}{what}" for when, what in lines.items()),
            "#",
            *(line for text in once if text for line in comment(text)),
        ]
    )


def comment(text: str, indent: str = "") -> list[str]:
    """Return the text as lines of a comment."""
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ", break_on_hyphens=False
    )


def renewal(application: Application) -> tuple[str, str] | None:
    """Return how often the default branch is built without a push, weekly or daily, and why; None if never.

    ECR deletes prereleases after some days, also those that run: a task that has to be replaced could not start.
    """
    names = " and ".join(each.env for each in application.of_tier("development"))
    if not names:
        return None
    days = min(each.expire_days for each in application.repositories)
    often = "weekly" if days > _WEEK_DAYS else "daily"
    return often, (
        f"builds with the newest base image. ECR deletes the images of {application.default_branch} after {days} days, "
        f"and {names} could then not replace a task."
    )


def write(text: str, into: Path, name: str, *, force: bool) -> Path:
    """Write the file `name` in a folder, and return its path.

    Raises OpsError for a folder that does not exist or is in this repository, which has its own file; and if the file
    exists with other content, which may be the team's: unless with `force`.
    """
    if not into.is_dir():
        raise OpsError(
            f"--into {into} is not a folder; write the clone of the application's repository", ExitCode.REFUSED
        )
    if into.resolve().is_relative_to(PROJECT):
        raise OpsError(
            f"--into {into} is in the infrastructure repository, which has CI files of its own; write the clone of the "
            "application's repository",
            ExitCode.REFUSED,
        )
    path = into / name
    if path.exists() and path.read_text() != text and not force:
        raise OpsError(
            f"{path} exists, and may have been edited; write it again with --force, and compare: git diff",
            ExitCode.REFUSED,
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
