"""Starting, finding, and stopping the embedded AWS, and the environment that reaches only it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from local_aws import process
from local_aws.process import LocalAws, LocalAwsError

from .conftest import Client, client_of


@pytest.fixture
def local() -> LocalAws:
    return LocalAws(pid=1, port=4999, started="", log=Path("unused"))


@pytest.fixture
def sleeper() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_server_can_be_started_found_and_stopped(tmp_path: Path) -> None:
    folder = tmp_path / "build" / "local"
    assert process.find(folder) is None
    assert process.stop(folder) is False
    started = process.start(folder)
    try:
        assert process.find(folder) == started
        assert process.start(folder) == started, "a second start returns the running one"
        assert started.log.is_file()
        assert os.getsid(started.pid) == started.pid, "Ctrl-C in our terminal must not reach it"
    finally:
        assert process.stop(folder) is True
    assert process.find(folder) is None
    assert process.stop(folder) is False
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", started.port), timeout=1)


def test_server_listens_only_on_the_loopback_interface(local_aws: LocalAws) -> None:
    listening = f":{local_aws.port:04X}"
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("sockets are listed in /proc on Linux only")
    addresses = [line.split()[1] for line in table.read_text().splitlines()[1:]]
    assert {a for a in addresses if a.endswith(listening)} == {f"0100007F{listening}"}


def test_failed_start_shows_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    (broken / "local_aws").mkdir(parents=True)
    (broken / "local_aws" / "server.py").write_text("raise SystemExit('no such emulator')\n")
    monkeypatch.setattr(process, "_PROJECT", broken)
    with pytest.raises(LocalAwsError, match="exit code 1") as error:
        process.start(tmp_path / "build")
    assert "no such emulator" in str(error.value)
    assert process.find(tmp_path / "build") is None


def test_recycled_pid_is_neither_found_nor_killed(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    record = {"pid": sleeper.pid, "port": 4999, "started": "before the reboot"}
    (tmp_path / process.RECORD_NAME).write_text(json.dumps(record))
    try:
        assert process.find(tmp_path) is None
        assert process.stop(tmp_path) is False
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_process_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    stubborn = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert stubborn.stdout is not None
    stubborn.stdout.readline()
    process.write_record(tmp_path / process.RECORD_NAME, stubborn.pid, 4999)
    monkeypatch.setattr(process, "STOP_SECONDS", 0.3)
    assert process.stop(tmp_path) is True
    assert process.process_started(stubborn.pid) is None
    stubborn.stdout.close()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": "x"}', "null"])
def test_invalid_record_is_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / process.RECORD_NAME).write_text(content)
    assert process.find(tmp_path) is None
    assert process.stop(tmp_path) is False


def test_another_server_on_the_recorded_port_is_not_found(local_aws: LocalAws, tmp_path: Path) -> None:
    process.write_record(tmp_path / process.RECORD_NAME, os.getpid(), local_aws.port)
    assert process.find(tmp_path) is None


def test_process_started_distinguishes_processes(sleeper: "subprocess.Popen[bytes]") -> None:
    began = process.process_started(sleeper.pid)
    assert began is not None
    time.sleep(0.05)
    assert process.process_started(sleeper.pid) == began
    sleeper.kill()
    sleeper.wait()
    assert process.process_started(sleeper.pid) is None


def test_environment_reaches_only_the_embedded_aws(local: LocalAws) -> None:
    base = {
        "PATH": "/bin",
        "HOME": "/home/someone",
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_CONFIG_FILE": "real",
        "AWS_SHARED_CREDENTIALS_FILE": "real",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "real",
        "AWS_ROLE_ARN": "real",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "real",
        "AWS_ENDPOINT_URL_S3": "https://s3.ap-northeast-2.amazonaws.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_CA_BUNDLE": "/nowhere",
        "AWS_REGION": "eu-west-1",
        "NO_PROXY": "*",
    }
    environment = local.environment(base)
    assert {name: value for name, value in environment.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4999",
        "AWS_ACCESS_KEY_ID": "local-aws",
        "AWS_SECRET_ACCESS_KEY": "local-aws",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert environment["PATH"] == "/bin" and environment["HOME"] == "/home/someone"
    assert environment["CHECKPOINT_DISABLE"] == "1"
    assert "NO_PROXY" not in environment
    assert base["AWS_PROFILE"] == "production", "the given environment is left alone"


def test_environment_keeps_the_https_proxy_unless_sealed(local: LocalAws) -> None:
    base = {"HTTPS_PROXY": "http://proxy:3128", "https_proxy": "http://proxy:3128", "HTTP_PROXY": "http://p"}
    assert local.environment(base)["HTTPS_PROXY"] == "http://proxy:3128"
    assert local.environment(base)["HTTP_PROXY"] == local.endpoint
    sealed = local.environment(base, sealed=True)
    assert {sealed[name] for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")} == {local.endpoint}


def test_server_does_not_forward_https(local_aws: LocalAws) -> None:
    at = urlsplit(local_aws.endpoint)
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=5)
    connection.set_tunnel("sts.amazonaws.com", 443)
    with pytest.raises(OSError, match="403"):
        connection.connect()


def test_role_of_another_account_acts_in_that_account(local_aws: LocalAws) -> None:
    for account in ("111111111111", "333333333333"):
        assert client_of(local_aws, account)("sts").get_caller_identity()["Account"] == account


def test_s3_control_is_reached_through_the_proxy(local_aws: LocalAws) -> None:
    """S3 Control's host is `<account>.<endpoint>`, which cannot be resolved: the server is its proxy."""
    at = urlsplit(local_aws.endpoint)
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=5)
    url = f"http://123456789012.127.0.0.1:{at.port}/v20180820/configuration/publicAccessBlock"
    scope = "Credential=local-aws/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "x-amz-account-id": "123456789012"}
    connection.request("GET", url, headers=headers)
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"NoSuchPublicAccessBlockConfiguration" in answer.read()


def test_managed_policies_and_certificates_exist_immediately(client: Client) -> None:
    policy = client("iam").get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    assert policy["Policy"]["IsAttachable"]
    acm = client("acm")
    arn = acm.request_certificate(DomainName="agora.example", ValidationMethod="DNS")["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_unknown_resources_fail_with_their_name(client: Client) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        client("s3").list_objects_v2(Bucket="there-is-no-such-bucket")


def test_child_process_reaches_the_embedded_aws_in_any_shell_environment(local_aws: LocalAws) -> None:
    hostile = {
        **os.environ,
        "AWS_PROFILE": "there-is-no-such-profile",
        "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    code = "import boto3; print(boto3.client('sts', 'eu-west-1').get_caller_identity()['Account'])"
    child = subprocess.run(
        [sys.executable, "-c", code],
        env=local_aws.environment(hostile, sealed=True),
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.stdout == "123456789012\n", child.stderr
