"""What the jobs of an application run with: programs, a registry on loopback, and a server of ID tokens."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local_aws.process import LocalAws
from ops.endpoints import ALLOWED
from ops.workspace import PROJECT
from tests.support import rsync
from tests.support.debian import unpack

PACKAGES = PROJECT / "build" / "image-tools"
#: What the copy of this repository does not need.
LEFT_OUT = ("build", "cdktf.out", "docs", "tests", "bench", "exit")
#: buildah with folders of its own. It pushes to the registry on loopback instead of ECR's, and keeps the login it got.
BUILDAH = """\
#!/bin/sh
set -e
export LD_LIBRARY_PATH='{libraries}'
buildah() {{ '{program}' --root '{scratch}/store' --runroot '{scratch}/run' "$@"; }}
case "$1" in
  build) shift; buildah build --signature-policy '{scratch}/policy.json' "$@" ;;
  push)
    stat --format %a "$REGISTRY_AUTH_FILE" > '{scratch}/login'
    cat "$REGISTRY_AUTH_FILE" >> '{scratch}/login'
    buildah push --signature-policy '{scratch}/policy.json' --tls-verify=false "$2" "docker://{host}/${{2#*/}}" ;;
esac
"""
#: `docker buildx`, whose build is done by buildah: there is no Docker here.
DOCKER = """\
#!/bin/sh
set -e
[ "$1" = buildx ] || exit 64
case "$2" in
  create) ;;
  build)
    for argument in "$@"; do
      case "$argument" in
        org.opencontainers.image.revision=*) revision="$argument" ;;
        type=image,*) image="${argument#*,name=}" ;;
      esac
      context="$argument"
    done
    image="${image%%,*}"
    buildah build --format oci --annotation "$revision" --tag "$image" "$context"
    REGISTRY_AUTH_FILE="$DOCKER_CONFIG/config.json" buildah push "$image" ;;
  *) exit 64 ;;
esac
"""
REGISTRY = """\
version: 0.1
storage:
  filesystem:
    rootdirectory: {folder}
http:
  addr: {host}
"""
SOMEONE = {"NAME": "Mina", "EMAIL": "mina@agora.example"}
START_SECONDS = 30


def _part(content: Mapping[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


#: A token in the form of the servers'; the embedded AWS does not verify it.
TOKEN = ".".join(
    map(_part, ({"alg": "RS256"}, {"sub": "project_path:community/agora-api:ref_type:branch:ref:main"}, {}))
)


@contextmanager
def registry(scratch: Path) -> Iterator[str]:
    """Run Debian's docker-registry, and yield its host and port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config, log = scratch / "registry.yml", scratch / "registry.log"
    config.write_text(REGISTRY.format(folder=scratch / "images", host=host))
    with log.open("w") as output:
        program = program_of("docker-registry")
        server = subprocess.Popen([program, "serve", str(config)], stdout=output, stderr=output)
    try:
        _wait(int(host.rpartition(":")[2]), server, log)
        yield host
    finally:
        server.terminate()
        server.wait(START_SECONDS)


@contextmanager
def tokens() -> Iterator[str]:
    """Yield a URL that answers as GitHub does when a job requests an ID token."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == "Bearer job" and "audience=sts.amazonaws.com" in self.path
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps({"value": TOKEN}).encode() if known else b"{}")

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token?version=1"
    finally:
        server.shutdown()
        server.server_close()


def shell(scratch: Path, embedded: LocalAws, host: str) -> dict[str, str]:
    """Return a runner's variables: its programs, an endpoint of AWS, and no credentials but the job's token."""
    buildah = program_of("buildah")
    libraries = ":".join(map(str, buildah.parent.parent.glob("lib/*-linux-gnu")))
    (scratch / "policy.json").write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
    programs = scratch / "programs"
    programs.mkdir()
    for name, text in {
        "buildah": BUILDAH.format(program=buildah, libraries=libraries, scratch=scratch, host=host),
        "docker": DOCKER,
        "apt-get": "#!/bin/sh\n",
        "rsync": f'#!/bin/sh\nexec "{sys.executable}" "{rsync.__file__}" "$@"\n',
    }.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    (scratch / "aws-config").write_text(f"[default]\nendpoint_url = {embedded.endpoint}\n")
    (scratch / "tmp").mkdir()
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ACTIONS", "AWS_", "ENV", "GROUNDWORK", "CI", "GIT", "TF_"))
    }
    path = [programs, PROJECT / ".venv" / "bin", PROJECT / "node_modules" / ".bin"]
    someone = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in SOMEONE.items()}
    return {
        **kept, **someone, "PATH": os.pathsep.join([*map(str, path), kept["PATH"]]), "TMPDIR": str(scratch / "tmp"),
        "AWS_CONFIG_FILE": str(scratch / "aws-config"), "AWS_EC2_METADATA_DISABLED": "true", ALLOWED: embedded.endpoint,
        # As on a runner; image tools of Debian and their default storage.
        "BUILDAH_ISOLATION": "chroot", "STORAGE_DRIVER": "vfs",
    }  # fmt: skip


def infrastructure(scratch: Path, environment: Mapping[str, str]) -> tuple[Path, str]:
    """Commit this folder as the infrastructure repository; return the repository and the commit."""
    folder = scratch / "infrastructure"

    def left_out(at: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith(".") or name in ("__pycache__", "node_modules")}
        return {*hidden, *(LEFT_OUT if Path(at) == PROJECT else ())}

    shutil.copytree(PROJECT, folder, ignore=left_out)
    # With everything installed, `set_up.py --commands` installs nothing.
    (folder / ".venv").symlink_to((PROJECT / ".venv").resolve())
    return folder, commit(folder, environment)


def commit(folder: Path, environment: Mapping[str, str]) -> str:
    """Commit everything in the folder to its repository, which is created, and return the commit."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=folder, env=environment, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch", "main")
    git("add", "--all", "--force")
    git("commit", "--quiet", "--allow-empty", "--message", "change")
    return git("rev-parse", "HEAD")


def program_of(package: str) -> Path:
    """Return a package's program of the same name, which is unpacked if this machine does not have it."""
    if found := shutil.which(package):
        return Path(found)
    program = PACKAGES / package / "usr" / "bin" / package
    if not program.exists():
        unpack(package, PACKAGES)
    return program


def _wait(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the registry does not start:\n{log.read_text()}") from None
            time.sleep(0.05)
