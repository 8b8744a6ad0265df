"""An environment that is not applied."""

import pytest
from botocore.exceptions import ClientError

from modules.environment_files import EnvironmentFile
from ops.applied import MISSING, applied
from ops.errors import ExitCode, OpsError
from tests.ops.release.conftest import file

__all__ = ["file"]


def _refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "ListObjectsV2")


@pytest.mark.parametrize("code", MISSING)
@pytest.mark.parametrize(("on_local", "command"), [(True, "make local ENV=dev"), (False, "make deploy ENV=dev")])
def test_missing_cluster_or_bucket_is_an_environment_to_apply(
    file: EnvironmentFile, code: str, on_local: bool, command: str
) -> None:
    with pytest.raises(OpsError) as raised, applied(file, on_local=on_local):
        raise _refused(code)
    assert str(raised.value) == f"dev is not applied; run `{command}`"
    assert raised.value.code == ExitCode.REFUSED


def test_another_error_of_aws_stays(file: EnvironmentFile) -> None:
    with pytest.raises(ClientError, match="AccessDenied"), applied(file, on_local=True):
        raise _refused("AccessDenied")
