"""S3: Intelligent-Tiering configurations are returned as they were put."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


def test_tiering_configurations_are_stored_by_id(s3: Any) -> None:
    bucket = {"Bucket": f"agora-{uuid4().hex}"}
    s3.create_bucket(**bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    configuration = {
        "Id": "old",
        "Status": "Enabled",
        "Filter": {"Prefix": "a/"},
        "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}],
    }
    s3.put_bucket_intelligent_tiering_configuration(**bucket, Id="old", IntelligentTieringConfiguration=configuration)
    read = s3.get_bucket_intelligent_tiering_configuration(**bucket, Id="old")
    assert read["IntelligentTieringConfiguration"] == configuration
    s3.delete_bucket_intelligent_tiering_configuration(**bucket, Id="old")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_intelligent_tiering_configuration(**bucket, Id="old")
    # The bucket itself still exists.
    assert s3.list_objects_v2(**bucket)["KeyCount"] == 0
