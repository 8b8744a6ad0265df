"""Messages of commands to the alarm topics."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.foundation.names import Names
from ops.notices import publish

NAMES = Names("agora", "dev", "111111111111", "ap-northeast-2")


class Sns:
    def __init__(self, error: str = "") -> None:
        self.published: list[dict[str, str]] = []
        self._error = error

    def publish(self, **message: Any) -> None:
        if self._error:
            raise ClientError({"Error": {"Code": self._error, "Message": ""}}, "Publish")
        self.published.append(message)


def test_message_names_product_and_environment_and_is_never_too_long() -> None:
    sns = Sns()
    publish(sns, NAMES, "info", "x" * 200, ["one", "", "two"])
    (message,) = sns.published
    assert message["TopicArn"] == "arn:aws:sns:ap-northeast-2:111111111111:agora-dev-alarms-info"
    assert (message["Subject"][:12], len(message["Subject"])) == ("agora dev: x", 100)
    assert message["Message"].splitlines()[1:] == ["one", "two"]


def test_message_that_cannot_be_published_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    publish(Sns("NotFound"), NAMES, "critical", "release of function orders failed", [])
    assert "not published to the alarm topic: agora dev: release of function orders failed" in " ".join(
        capsys.readouterr().err.split()
    )
