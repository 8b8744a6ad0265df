"""The record of requests."""

import base64
import io
import json
from pathlib import Path
from typing import Any

from local_aws.recording import Recording


def test_request_is_recorded_and_processed(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def application(environ: dict[str, Any], _: Any) -> list[bytes]:
        seen.append(environ["wsgi.input"].read())
        return [b"answer"]

    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/a b",
        "RAW_URI": "/a%20b?x=1",
        "QUERY_STRING": "x=1",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "4",
        "HTTP_X_AMZ_TARGET": "Logs.CreateLogGroup",
        "wsgi.input": io.BytesIO(b"body"),
    }
    recording = Recording(application, tmp_path / "requests.jsonl")
    assert list(recording(environ, lambda *_: None)) == [b"answer"]
    assert seen == [b"body"]
    (line,) = (tmp_path / "requests.jsonl").read_text().splitlines()
    assert json.loads(line) == {
        "method": "POST",
        "path": "/a%20b",
        "query": "x=1",
        "headers": {"content-type": "text/plain", "x-amz-target": "Logs.CreateLogGroup"},
        "body": base64.b64encode(b"body").decode(),
        "account": "",
    }
