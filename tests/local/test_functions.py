"""Applied functions run."""

import io
import json
from collections.abc import Mapping

from PIL import Image

from tests.local.applied import Applied
from tests.support.waiting import awaited


def test_upload_creates_thumbnails_and_deletion_deletes_them(applied: Mapping[str, Applied]) -> None:
    dev = applied["dev"]
    s3, bucket = dev.client("s3"), dev.terraform.outputs()["bucket_names"]["content"]

    def thumbnails() -> set[str]:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="thumbnails/").get("Contents", [])
        return {each["Key"] for each in listed}

    picture = io.BytesIO()
    Image.new("RGB", (2000, 1000), "red").save(picture, "JPEG")
    s3.put_object(Bucket=bucket, Key="uploads/고양이 1.jpg", Body=picture.getvalue())
    both = {f"thumbnails/{size}/고양이 1.jpg" for size in ("320x320", "1280x1280")}
    assert awaited(lambda: thumbnails() == both)
    small = s3.get_object(Bucket=bucket, Key="thumbnails/320x320/고양이 1.jpg")
    assert (small["ContentType"], Image.open(io.BytesIO(small["Body"].read())).size) == ("image/jpeg", (320, 160))
    s3.delete_object(Bucket=bucket, Key="uploads/고양이 1.jpg")
    assert awaited(lambda: not thumbnails())


def test_invalid_picture_is_kept_with_the_reason(applied: Mapping[str, Applied]) -> None:
    dev = applied["dev"]
    s3, bucket, sqs = dev.client("s3"), dev.terraform.outputs()["bucket_names"]["content"], dev.client("sqs")
    s3.put_object(Bucket=bucket, Key="uploads/broken.jpg", Body=b"no picture")
    queue = sqs.get_queue_url(QueueName="agora-dev-thumbnail-failed")["QueueUrl"]
    (message,) = awaited(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))
    record = json.loads(message["Body"])
    assert record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == "uploads%2Fbroken.jpg"
    assert "uploads/broken.jpg: the bytes are not JPEG" in record["responsePayload"]["errorMessage"]
    s3.delete_object(Bucket=bucket, Key="uploads/broken.jpg")
