"""Events of S3, and what the bucket holds afterwards."""

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


def test_an_upload_gets_its_thumbnails(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/questions/1.png", picture("PNG"))
    function.handler(uploaded("uploads/questions/1.png"), Context())
    assert keys(s3) == ["thumbnails/100x100/questions/1.png", "thumbnails/50x50/questions/1.png"]
    made = s3.get_object(Bucket=BUCKET, Key="thumbnails/50x50/questions/1.png")
    assert (made["ContentType"], made["CacheControl"]) == ("image/png", "public, max-age=86400")
    assert size_of(s3, "thumbnails/50x50/questions/1.png") == (50, 25)


@pytest.mark.parametrize("name", ["with space.jpg", "a+b.jpg", "질문 1.jpg", "50%.jpg", "ü/☂?&=#.jpg", "a%2Bb.jpg"])
def test_keys_as_people_name_their_files(s3: "S3Client", function: ModuleType, name: str) -> None:
    put(s3, f"uploads/{name}", picture())
    function.handler(uploaded(f"uploads/{name}"), Context())
    assert keys(s3) == [f"thumbnails/100x100/{name}", f"thumbnails/50x50/{name}"]


def test_bytes_count_and_not_the_content_type(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.jpg", picture("PNG"), "text/html")
    function.handler(uploaded("uploads/1.jpg"), Context())
    assert s3.head_object(Bucket=BUCKET, Key="thumbnails/50x50/1.jpg")["ContentType"] == "image/png"


def test_what_cannot_be_processed_is_raised_after_the_others_are_done(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/bomb.png", bomb())
    put(s3, "uploads/page.png", b"<html>", "image/png")
    put(s3, "uploads/good.png", picture("PNG"))
    with pytest.raises(Exception, match=r"s3://agora-prod-content/uploads/bomb\.png: the picture is broken") as told:
        function.handler(uploaded("uploads/bomb.png", "uploads/page.png", "uploads/good.png"), Context())
    assert "s3://agora-prod-content/uploads/page.png: the bytes are no JPEG" in str(told.value)
    assert keys(s3) == ["thumbnails/100x100/good.png", "thumbnails/50x50/good.png"]


def test_a_huge_file_is_not_read(s3: "S3Client") -> None:
    put(s3, "uploads/1.jpg", picture())
    with started("thumbnail", {**SIZES, "MAX_BYTES": "100"}) as function, pytest.raises(Exception, match="more than"):
        function.handler(uploaded("uploads/1.jpg"), Context())


def test_twice_and_late_is_as_once(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png", picture("PNG", (400, 200)))
    put(s3, "uploads/1.png", picture("PNG", (200, 400)))
    later, earlier = uploaded("uploads/1.png", sequencer="02"), uploaded("uploads/1.png", sequencer="01")
    for event in (later, earlier, later):
        function.handler(event, Context())
        assert size_of(s3, "thumbnails/100x100/1.png") == (50, 100)


def test_an_upload_in_the_meantime_is_seen(
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


def test_a_picture_that_is_replaced_without_end_is_tried_later(
    s3: "S3Client", function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(s3, "uploads/1.png", picture("PNG"))
    monkeypatch.setattr(function.storage, "etag_now", lambda *_: "another")
    with pytest.raises(RuntimeError, match=r"uploads/1\.png was replaced 3 times"):
        function.handler(uploaded("uploads/1.png"), Context())


def test_thumbnails_go_with_their_picture(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png", picture("PNG"))
    put(s3, "uploads/2.png", picture("PNG"))
    function.handler(uploaded("uploads/1.png", "uploads/2.png"), Context())
    s3.delete_object(Bucket=BUCKET, Key="uploads/1.png")
    # The event of the upload, late: it brings nothing back.
    function.handler(uploaded("uploads/1.png"), Context())
    assert keys(s3) == ["thumbnails/100x100/2.png", "thumbnails/50x50/2.png"]
    s3.delete_object(Bucket=BUCKET, Key="uploads/2.png")
    function.handler(uploaded("uploads/2.png", name="ObjectRemoved:Delete"), Context())
    assert keys(s3) == []


def test_a_longer_key_is_another_picture(s3: "S3Client", function: ModuleType) -> None:
    put(s3, "uploads/1.png.png", picture("PNG"))
    function.handler(uploaded("uploads/1.png"), Context())
    assert keys(s3) == []


@pytest.mark.parametrize("key", ["thumbnails/100x100/1.png", "other/1.png", "uploads/folder/"])
def test_other_keys_are_left_alone(s3: "S3Client", function: ModuleType, key: str) -> None:
    put(s3, key, picture("PNG"))
    function.handler(uploaded(key), Context())
    assert keys(s3, "") == [key]


def test_what_s3_asks_when_a_notification_is_made(function: ModuleType) -> None:
    function.handler({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET}, Context())


def test_a_bucket_that_is_not_there_is_not_a_picture_that_is_gone(s3: "S3Client", function: ModuleType) -> None:
    s3.delete_bucket(Bucket=BUCKET)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        function.handler(uploaded("uploads/1.png"), Context())


def test_the_log_says_which_and_why(s3: "S3Client", capsys: pytest.CaptureFixture[str]) -> None:
    put(s3, "uploads/1.png", b"no picture")
    with started("thumbnail", SIZES) as function, pytest.raises(Exception, match="no JPEG"):
        function.handler(uploaded("uploads/1.png"), Context())
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["key"]) == ("WARNING", "uploads/1.png")
    assert line["reason"] == "the bytes are no JPEG, PNG, WebP or GIF, whatever the name says"


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "SIZES='' is not a list of sizes in pixels; write \"320x320,1280x1280\""),
        ({"SIZES": "320"}, "SIZES='320' is not a list of sizes"),
        ({"SIZES": "0x10"}, "SIZES='0x10' is not a list of sizes"),
        ({"SIZES": "10x10,10x10"}, "SIZES='10x10,10x10' names a size twice"),
        ({**SIZES, "TARGET_PREFIX": "small"}, "TARGET_PREFIX='small' is not a prefix of keys"),
        ({**SIZES, "TARGET_PREFIX": "uploads/small/"}, "thumbnails would be made of thumbnails"),
        ({**SIZES, "SOURCE_PREFIX": ""}, "thumbnails would be made of thumbnails"),
        ({**SIZES, "MAX_PIXELS": "0"}, "MAX_PIXELS='0' is not a number above 0"),
    ],
)
def test_wrong_settings_are_told_at_the_start(environment: dict[str, str], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)), started("thumbnail", environment):
        pass


@given(st.text(min_size=1))
def test_every_picture_has_keys_of_its_own_and_no_thumbnail_has_any(name: str) -> None:
    settings = Settings.read(SIZES)
    targets = settings.targets(f"uploads/{name}")
    assert len(set(targets.values())) == (0 if name.endswith("/") else 2)
    assert not any(settings.targets(target) for target in targets.values())
