"""The doctor's check of connections to Git providers, with a client in place of AWS."""

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from modules.environment_files import load
from ops.doctor.connections import connections
from ops.doctor.context import Context
from ops.doctor.finding import Finding
from tests.support.environments import DEV, write

ARN = "arn:aws:codeconnections:ap-northeast-2:111111111111:connection/0a1b2c3d-0000-4000-8000-000000000000"
SITE = 'zone "public" { name = "agora.example" }\nsite "www" { names = ["www.agora.example"] }\n'
PIPELINE = 'site_pipeline "www" {\n  repository = "community/agora-web"\n}\n'
EXISTING = PIPELINE.replace("}", f'  connection_arn = "{ARN}"\n}}')


class Client:
    """CodeConnections with these connections, one on each page."""

    def __init__(self, states: Mapping[str, str]) -> None:
        self._found = [{"ConnectionName": name, "ConnectionStatus": state} for name, state in states.items()]

    def list_connections(self, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803 - boto3's name
        place = int(NextToken)
        more = {"NextToken": str(place + 1)} if place + 1 < len(self._found) else {}
        return {"Connections": self._found[place : place + 1], **more}

    def get_connection(self, ConnectionArn: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        assert ConnectionArn == ARN
        return {"Connection": self._found[0]}


def examined(folder: Path, text: str, states: Mapping[str, str]) -> Finding:
    """Return the only finding about the environment, with connections in these states."""
    file = load(write(folder, {"dev": DEV + text}))["dev"]
    context = SimpleNamespace(file=file, client=lambda _: Client(states))
    (finding,) = connections(cast("Context", context))
    return finding


def test_pending_connection_is_an_error_with_the_page_that_confirms_it(tmp_path: Path) -> None:
    found = examined(tmp_path, SITE + PIPELINE, {"other": "AVAILABLE", "agora-dev-github": "PENDING"})
    assert (found.level, found.message) == ("error", "agora-dev-github is pending, so no pipeline gets its source")
    page = "https://ap-northeast-2.console.aws.amazon.com/codesuite/settings/connections?region=ap-northeast-2"
    assert page in found.remedy


@pytest.mark.parametrize(
    ("text", "states"),
    [
        (SITE, {}),
        (SITE + PIPELINE, {}),
        (SITE + PIPELINE, {"other": "PENDING", "agora-dev-github": "AVAILABLE"}),
        (SITE + EXISTING, {"somebody's": "AVAILABLE"}),
    ],
    ids=["no pipeline", "not applied", "confirmed", "existing"],
)
def test_other_connections_are_ok(tmp_path: Path, text: str, states: Mapping[str, str]) -> None:
    assert examined(tmp_path, text, states).level == "ok"


def test_existing_connection_that_is_pending_is_an_error(tmp_path: Path) -> None:
    assert examined(tmp_path, SITE + EXISTING, {"somebody's": "PENDING"}).level == "error"
