"""S3 events, and the objects in the bucket afterwards."""

import json
import re
from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from lambdas.thumbnail.settings import Settings
from tests.lambdas.thumbnail.pictures import bomb, opened, picture
from tests.support.lambdas import RUNTIME, Context, started

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "agora-prod-content"
SIZES = {"SIZES": "100x100, 50x50"}


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> "Iterator[S3Client]":
    for name, value in RUNTIME.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
        yield client


@pytest.fixture
def function(s3: "S3Client") -> Iterator[ModuleType]:
    with started("thumbnail", SIZES) as module:
        yield module


def uploaded(*keys: str, name: str = "ObjectCreated:Put", sequencer: str = "0055AED6DCD90281E5") -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": name,
                "awsRegion": "ap-northeast-2",
                "s3": {
                    "bucket": {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"},
                    "object": {"key": quote_plus(key, safe="/"), "eTag": "0", "sequencer": sequencer},
                },
            }
            for key in keys
        ]
    }


def put(s3: "S3Client", key: str, content: bytes, content_type: str = "binary/octet-stream") -> None:
    s3.put_object(Bucket=BUCKET, Key=key, Body=content, ContentType=content_type)


def keys(s3: "S3Client", prefix: str = "thumbnails/") -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]


def size_of(s3: "S3Client", key: str) -> tuple[int, int]:
    return opened(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()).size


def test_handler_uploaded_image_gets_thumbnails(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/questions/1.png", picture("PNG"))
    function.handler(uploaded("uploads/questions/1.png"), Context())
    assert keys(s3) == ["thumbnails/100x100/questions/1.png", "thumbnails/50x50/questions/1.png"]
    stored = s3.get_object(Bucket=BUCKET, Key="thumbnails/50x50/questions/1.png")
    assert (stored["ContentType"], stored["CacheControl"]) == ("image/png", "public, max-age=86400")
    assert size_of(s3, "thumbnails/50x50/questions/1.png") == (50, 25)


@pytest.mark.parametrize("name", ["with space.jpg", "a+b.jpg", "질문 1.jpg", "50%.jpg", "ü/☂?&=#.jpg", "a%2Bb.jpg"])
def test_handler_key_with_special_characters_gets_thumbnails(s3: "S3Client", function: ModuleType, name: str) -> None:
    put(s3, f"uploads/{name}", picture())
    function.handler(uploaded(f"uploads/{name}"), Context())
    assert keys(s3) == [f"thumbnails/100x100/{name}", f"thumbnails/50x50/{name}"]


def test_handler_format_is_detected_from_the_bytes(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.jpg", picture("PNG"), "text/html")
    function.handler(uploaded("uploads/1.jpg"), Context())
    assert s3.head_object(Bucket=BUCKET, Key="thumbnails/50x50/1.jpg")["ContentType"] == "image/png"


def test_handler_unprocessable_image_fails_after_the_others_are_done(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/bomb.png", bomb())
    put(s3, "uploads/page.png", b"<html>", "image/png")
    put(s3, "uploads/good.png", picture("PNG"))
    with pytest.raises(Exception, match=r"s3://agora-prod-content/uploads/bomb\.png: the image is broken") as error:
        function.handler(uploaded("uploads/bomb.png", "uploads/page.png", "uploads/good.png"), Context())
    assert "s3://agora-prod-content/uploads/page.png: the bytes are not JPEG" in str(error.value)
    assert keys(s3) == ["thumbnails/100x100/good.png", "thumbnails/50x50/good.png"]


def test_handler_file_above_max_bytes_is_not_read(s3: "S3Client") -> None:
    put(s3, "uploads/1.jpg", picture())
    with started("thumbnail", {**SIZES, "MAX_BYTES": "100"}) as function, pytest.raises(Exception, match="more than"):
        function.handler(uploaded("uploads/1.jpg"), Context())


def test_handler_repeated_and_late_events_give_the_same_thumbnails(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png", picture("PNG", (400, 200)))
    put(s3, "uploads/1.png", picture("PNG", (200, 400)))
    later, earlier = uploaded("uploads/1.png", sequencer="02"), uploaded("uploads/1.png", sequencer="01")
    for event in (later, earlier, later):
        function.handler(event, Context())
        assert size_of(s3, "thumbnails/100x100/1.png") == (50, 100)


def test_handler_image_replaced_while_writing_gets_new_thumbnails(
    s3: "S3Client", function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, "uploads/1.png", picture("PNG", (400, 200)))
    write = function.storage.write

    def replaced_while_writing(*arguments: Any) -> None:
        monkeypatch.setattr(function.storage, "write", write)
        put(s3, "uploads/1.png", picture("PNG", (200, 400)))
        write(*arguments)

    monkeypatch.setattr(function.storage, "write", replaced_while_writing)
    function.handler(uploaded("uploads/1.png"), Context())
    assert size_of(s3, "thumbnails/100x100/1.png") == (50, 100)
    assert size_of(s3, "thumbnails/50x50/1.png") == (25, 50)


def test_handler_image_replaced_too_often_fails(
    s3: "S3Client", function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, "uploads/1.png", picture("PNG"))
    monkeypatch.setattr(function.storage, "etag_now", lambda *_: "another")
    with pytest.raises(RuntimeError, match=r"uploads/1\.png was replaced 3 times"):
        function.handler(uploaded("uploads/1.png"), Context())


def test_handler_deleted_image_loses_its_thumbnails(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png", picture("PNG"))
    put(s3, "uploads/2.png", picture("PNG"))
    function.handler(uploaded("uploads/1.png", "uploads/2.png"), Context())
    s3.delete_object(Bucket=BUCKET, Key="uploads/1.png")
    # A late event of the upload does not restore the thumbnails.
    function.handler(uploaded("uploads/1.png"), Context())
    assert keys(s3) == ["thumbnails/100x100/2.png", "thumbnails/50x50/2.png"]
    s3.delete_object(Bucket=BUCKET, Key="uploads/2.png")
    function.handler(uploaded("uploads/2.png", name="ObjectRemoved:Delete"), Context())
    assert keys(s3) == []


def test_handler_longer_key_is_another_image(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png.png", picture("PNG"))
    function.handler(uploaded("uploads/1.png"), Context())
    assert keys(s3) == []


@pytest.mark.parametrize("key", ["thumbnails/100x100/1.png", "other/1.png", "uploads/folder/"])
def test_handler_key_outside_the_source_prefix_is_ignored(s3: "S3Client", function: ModuleType, key: str) -> None:
    put(s3, key, picture("PNG"))
    function.handler(uploaded(key), Context())
    assert keys(s3, "") == [key]


def test_handler_test_event_of_s3_is_ignored(function: ModuleType) -> None:
    function.handler({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}, Context())


def test_handler_missing_bucket_fails(s3: "S3Client", function: ModuleType) -> None:
    s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        function.handler(uploaded("uploads/1.png"), Context())


def test_handler_unprocessable_image_is_logged_with_the_reason(
    s3: "S3Client", capsys: pytest.CaptureFixture[str]
) -> None:
    put(s3, "uploads/1.png", b"no picture")
    with started("thumbnail", SIZES) as function, pytest.raises(Exception, match="not JPEG"):
        function.handler(uploaded("uploads/1.png"), Context())
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["key"]) == ("WARNING", "uploads/1.png")
    assert line["reason"] == "the bytes are not JPEG, PNG, WebP, or GIF, regardless of the name"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, "SIZES='' is not a list of sizes in pixels; write \"320x320,1280x1280\""),
        ({"SIZES": "320"}, "SIZES='320' is not a list of sizes"),
        ({"SIZES": "0x10"}, "SIZES='0x10' is not a list of sizes"),
        ({"SIZES": "10x10,10x10"}, "SIZES='10x10,10x10' contains a size twice"),
        ({**SIZES, "TARGET_PREFIX": "small"}, "TARGET_PREFIX='small' is not a prefix of keys"),
        ({**SIZES, "TARGET_PREFIX": "uploads/small/"}, "thumbnails would be created of thumbnails"),
        ({**SIZES, "SOURCE_PREFIX": ""}, "thumbnails would be created of thumbnails"),
        ({**SIZES, "MAX_PIXELS": "0"}, "MAX_PIXELS='0' is not a number above 0"),
    ],
)
def test_settings_invalid_variable_fails_at_the_start(environment: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)), started("thumbnail", environment):
        pass


@given(st.text(min_size=1))
def test_targets_any_image_has_distinct_keys_that_are_not_images(name: str) -> None:
    settings = Settings.read(SIZES)
    targets = settings.targets(f"uploads/{name}")
    assert len(set(targets.values())) == (0 if name.endswith("/") else 2)
    assert not any(settings.targets(target) for target in targets.values())
