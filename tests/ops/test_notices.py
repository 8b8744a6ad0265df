"""Messages of commands to the alarm topics."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.environment import Environment
from modules.environment_files import load
from ops.notices import publish
from tests.support.environments import ALARMS, DEV, write


@pytest.fixture
def dev(tmp_path: Path) -> Environment:
    return load(write(tmp_path, {"dev": DEV + ALARMS}))["dev"].settings


class Sns:
    def __init__(self, error: str = "") -> None:
        self.published: list[dict[str, str]] = []
        self._error = error

    def publish(self, **message: Any) -> None:
        if self._error:
            raise ClientError({"Error": {"Code": self._error, "Message": ""}}, "Publish")
        self.published.append(message)


def test_message_names_product_and_environment_and_is_never_too_long(dev: Environment) -> None:
    sns = Sns()
    publish(lambda _: sns, dev, "info", "x" * 200, ["one", "", "two"])
    (message,) = sns.published
    assert message["TopicArn"] == "arn:aws:sns:ap-northeast-2:111111111111:agora-dev-alarms-info"
    assert (message["Subject"][:12], len(message["Subject"])) == ("agora dev: x", 100)
    assert message["Message"].splitlines()[1:] == ["one", "two"]


def test_message_that_cannot_be_published_is_a_warning(dev: Environment, capsys: pytest.CaptureFixture[str]) -> None:
    publish(lambda _: Sns("NotFound"), dev, "critical", "release of function orders failed", [])
    assert "not published to the alarm topic: agora dev: release of function orders failed" in " ".join(
        capsys.readouterr().err.split()
    )
