"""`python -m ops ci note`."""

from typing import Annotated

import typer

from ops.options import ENVS, environment_names
from ops.printing import print_line, print_progress
from ops.workspace import Workspace

EnvsOfNoteOption = Annotated[
    list[str] | None,
    typer.Option(
        "--env", help="An environment; by default each whose plan is in build/ci.", autocompletion=environment_names
    ),
]


def ci_note(env: EnvsOfNoteOption = None) -> None:
    """Post the summary of each plan in build/ci to the merge or pull request, or update its note. Never for forks."""
    from ops.note.post import post, request_of, summaries
    from ops.note.server import server_of

    request = request_of()
    if isinstance(request, str):
        print_progress(request)
        return
    for name, summary in summaries(Workspace.of(ENVS).build / "ci", env or []).items():
        print_line(post(request, name, summary, server_of()))
