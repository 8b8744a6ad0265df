"""Invocations: run a function's zip in a local Python process, with the function's role, environment, and timeout.

If the zip contains modules that were compiled for another machine, a second one runs instead, which `make local` has
built for this machine from the same sources and lock file, and the log of each invocation says so.
"""

import base64
import hashlib
import io
import json
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from local_aws.lambda_databases import connects, skipped
from local_aws.lambda_versions import qualifier_of, routed
from local_aws.process import HOST, packages_for_here
from local_aws.turns import turn

_RUNTIME = Path(__file__).with_name("lambda_runtime.py")
#: Maximum number of bytes of the log in a response ([Invoke, LogType]
#: (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)).
_TAIL = 4096


@dataclass(frozen=True)
class Outcome:
    """The result of an invocation."""

    request_id: str
    payload: bytes
    failed: bool
    log: str

    @property
    def log_tail(self) -> str:
        """The end of the log, as with `LogType=Tail`."""
        return base64.b64encode(self.log.encode()[-_TAIL:]).decode()

    @property
    def value(self) -> Any:
        """The function's return value, or its error."""
        return json.loads(self.payload)


@dataclass(frozen=True)
class Run:
    """A function at the time of its invocation, independent of later changes."""

    name: str
    arn: str
    version: str
    runtime: str
    architecture: str
    code: bytes
    timeout: float
    environment: dict[str, str]
    memory: int
    log_group: str
    log_stream: str
    logs: Any
    database: str | None
    """The endpoint of a database that it connects to."""

    @classmethod
    def of(cls, function: Any) -> "Run":
        """Return the run of Moto's function. Called with the lock."""
        function = routed(function)
        log_stream = f"{time.strftime('%Y/%m/%d')}/[{function.version}]{uuid4().hex}"
        log_group = function.logging_config["LogGroup"]
        return cls(
            name=function.function_name,
            arn=_invoked_arn(function),
            version=str(function.version),
            runtime=function.run_time,
            architecture=function.architectures[0],
            code=function.code_bytes,
            timeout=float(function.timeout),
            environment=_environment(function, log_group, log_stream),
            memory=function.memory_size,
            log_group=log_group,
            log_stream=log_stream,
            logs=function.logs_backend,
            database=connects(function),
        )

    def invoke(self, event: Any) -> Outcome:
        """Run the function to its end. Called without the lock, since the function calls the server."""
        request_id = str(uuid4())
        log = [f"START RequestId: {request_id} Version: {self.version}"]
        started = time.monotonic()
        answer = self._answer(event, request_id, log)
        failed = "error" in answer
        payload = json.dumps(answer["error"] if failed else answer["value"]).encode()
        log.append(f"END RequestId: {request_id}")
        log.append(f"REPORT RequestId: {request_id} Duration: {(time.monotonic() - started) * 1000:.2f} ms")
        with turn():
            self._keep(log)
        return Outcome(request_id, payload, failed, "\n".join(log))

    def _answer(self, event: Any, request_id: str, log: list[str]) -> dict[str, Any]:
        if self.database:
            log.append(skipped(self.database, event))
            return {"value": None}
        package = Package.of(self.code)
        if package is None:
            message = (
                f"the zip contains modules compiled for {self.runtime} on {self.architecture}, and there is no zip for "
                "this machine; run `make local` again"
            )
            return _error("Runtime.InvalidEntrypoint", message, request_id, log)
        if package.differs:
            log.append(f"runs a zip for {here()}, not the deployed one for {self.runtime} on {self.architecture}")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "answer.json"
            arguments = [str(package.folder), str(file), sysconfig.get_path("purelib")]
            try:
                done = subprocess.run(
                    [sys.executable, "-I", "-S", str(_RUNTIME), *arguments],
                    input=json.dumps({"event": event, "context": self._context(request_id), "timeout": self.timeout}),
                    env={**self.environment, "LAMBDA_TASK_ROOT": str(package.folder)},
                    cwd=package.folder,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    timeout=self.timeout,
                    check=False,
                )
            except subprocess.TimeoutExpired as ended:
                printed = ended.stdout or b""
                log += (printed.decode(errors="replace") if isinstance(printed, bytes) else printed).splitlines()
                message = f"RequestId: {request_id} Error: Task timed out after {self.timeout:.2f} seconds"
                return _error("Sandbox.Timedout", message, request_id, log)
            log += done.stdout.splitlines()
            if not file.exists():
                message = f"RequestId: {request_id} Error: Runtime exited with error: exit status {done.returncode}"
                return _error("Runtime.ExitError", message, request_id, log)
            answer: dict[str, Any] = json.loads(file.read_text())
            return answer

    def _context(self, request_id: str) -> dict[str, Any]:
        return {
            "function_name": self.name,
            "function_version": self.version,
            "invoked_function_arn": self.arn,
            "memory_limit_in_mb": str(self.memory),
            "aws_request_id": request_id,
            "log_group_name": self.log_group,
            "log_stream_name": self.log_stream,
            "identity": None,
            "client_context": None,
        }

    def _keep(self, log: list[str]) -> None:
        """Put the log into the function's log group, which Lambda creates if it does not exist."""
        self.logs.ensure_log_group(self.log_group)
        if self.log_stream not in self.logs.groups[self.log_group].streams:
            self.logs.create_log_stream(self.log_group, self.log_stream)
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in log]
        self.logs.put_log_events(self.log_group, self.log_stream, events)


@dataclass(frozen=True)
class Package:
    """A zip that can run on this machine, extracted."""

    folder: Path
    differs: bool
    """Whether it is not the deployed one."""

    @classmethod
    def of(cls, deployed: bytes) -> "Package | None":
        """Return the deployed zip, or the one for this machine; None if that is missing."""
        sha = hashlib.sha256(deployed).hexdigest()
        for_here = packages_for_here(Path.cwd()) / f"{sha}.zip"
        if for_here.exists():
            return cls(_unpacked(for_here.read_bytes(), f"{sha}-here"), differs=True)
        with zipfile.ZipFile(io.BytesIO(deployed)) as archive:
            if any(name.endswith(".so") for name in archive.namelist()):
                return None
        return cls(_unpacked(deployed, sha), differs=False)


def here() -> str:
    """Return the Python version and architecture of this machine."""
    return f"Python {platform.python_version()} on {platform.machine()}"


def _unpacked(content: bytes, name: str) -> Path:
    """Extract a zip once, atomically: concurrent invocations may need it."""
    folder = packages_for_here(Path.cwd()) / name
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(temporary)
        try:
            temporary.rename(folder)
        except OSError:
            assert folder.exists(), f"{temporary} cannot become {folder}"
    return folder


def _invoked_arn(function: Any) -> str:
    """Return the ARN of the alias through which the function was found, or of the version, or of the function."""
    qualifier = qualifier_of(function)
    return f"{str(function.function_arn).rpartition(':')[0]}:{qualifier}" if qualifier else str(function.function_arn)


def _environment(function: Any, log_group: str, log_stream: str) -> dict[str, str]:
    """Return the environment of the process: the function's variables, those of Lambda, and credentials of its role.

    Nothing leaves the machine: the server, which is the proxy for all other hosts, rejects HTTPS.
    """
    from moto.sts.models import sts_backends

    endpoint = f"http://{HOST}:{os.environ['MOTO_PORT']}"
    role = sts_backends[function.account_id]["aws"].assume_role(
        function.region, function.function_name, function.role, "", 3600, ""
    )
    own = {
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_NAME": function.function_name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(function.version),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.run_time}",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": role.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
        "AWS_SESSION_TOKEN": role.session_token,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    for name in ("http_proxy", "https_proxy"):
        own[name] = own[name.upper()] = endpoint
    own["no_proxy"] = own["NO_PROXY"] = f"{HOST},localhost"
    return {**function.environment_vars, **own}


def _error(kind: str, message: str, request_id: str, log: list[str]) -> dict[str, Any]:
    log.append(message)
    return {"error": {"errorType": kind, "errorMessage": message, "requestId": request_id}}
