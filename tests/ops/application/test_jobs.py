"""The jobs of an application, run: an image is built, pushed once, and promoted.

GitLab's jobs are run by gitlab-ci-local, and of GitHub's jobs each `run`. Real are buildah, the registry it pushes to
(Debian's docker-registry), the clone of the infrastructure repository, and the commands, on the embedded AWS. ECR's own
registry is not emulated: the manifest from the other registry is put into the embedded ECR. `docker buildx` is replaced
by buildah, and `actions/checkout` by `git clone`.
"""

import base64
import json
import shutil
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_aws.process import start, stop
from modules.environment_files import load
from ops.application import github
from ops.application.releases import application_of
from ops.application.source import source_of
from ops.target import local
from ops.workspace import PROJECT, Workspace
from tests.ops.application.runner import TOKEN, commit, infrastructure, registry, shell, tokens
from tests.ops.application.test_files import GITHUB_REPOSITORY, GITLAB_PROJECT, INFRASTRUCTURE, envs_of

ACCOUNT, REGION = "333333333333", "ap-northeast-2"
NAME = "agora/api"
CLUSTERS = {"agora-dev-main": "111111111111", "agora-staging-main": "222222222222"}
DOCKERFILE = 'FROM scratch\nCOPY hello /hello\nCMD ["/hello"]\n'
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Project:
    """The application's repository, and what its jobs run with."""

    scratch: Path
    environment: dict[str, str]
    ecr: Any
    host: str
    url: str
    """Of GitHub's ID tokens."""

    @property
    def folder(self) -> Path:
        return self.scratch / "agora-api"

    def commit(self, text: str) -> str:
        """Commit a new version of the program, and return the commit."""
        (self.folder / "hello").write_text(text)
        return commit(self.folder, self.environment)

    def gitlab(self, job: str, sha: str, tag: str = "", number: int = 1) -> Done:
        """Run a job on GitLab for the current commit, on main or on a tag."""
        variables = {
            "CI_COMMIT_TAG": tag, "CI_COMMIT_BRANCH": "" if tag else "main", "CI_COMMIT_REF_PROTECTED": "true",
            "CI_PIPELINE_IID": str(number), "CI_COMMIT_SHA": sha, "AWS_ID_TOKEN": TOKEN,
        }  # fmt: skip
        given = [part for name, value in variables.items() for part in ("--variable", f"{name}={value}")]
        command = ["gitlab-ci-local", "--force-shell-executor", "--no-shell-isolation"]
        return self._run([*command, "--home", str(self.scratch / "home"), *given, job], self.folder, {})

    def github(self, job: str, sha: str, tag: str = "", number: int = 1) -> Done:
        """Run the scripts of a job on GitHub, until one fails; return the last one."""
        workspace = self.scratch / "workspace"
        shutil.rmtree(workspace, ignore_errors=True)
        workspace.mkdir()
        for name, repository in (("application", self.folder), ("groundwork", self.scratch / "infrastructure")):
            self._run(["git", "clone", "--quiet", repository.as_uri(), name], workspace, {})
        workflow = yaml.safe_load((self.folder / github.FILE).read_text())
        variables = {
            "GITHUB_ACTIONS": "true", "GITHUB_SHA": sha, "GITHUB_RUN_NUMBER": str(number),
            "GITHUB_REF_TYPE": "tag" if tag else "branch", "GITHUB_REF_NAME": tag or "main",
            "GITHUB_REF_PROTECTED": "false" if tag else "true", "RUNNER_TEMP": str(workspace), **workflow["env"],
            "ACTIONS_ID_TOKEN_REQUEST_URL": self.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job",
        }  # fmt: skip
        for step in workflow["jobs"][job]["steps"]:
            if "run" in step:
                # "Workflow syntax for GitHub Actions, jobs.<job_id>.steps[*].shell": without a shell, bash -e.
                at = workspace / step.get("working-directory", ".")
                done = self._run(["bash", "-e", "-c", step["run"]], at, variables)
                if done.returncode:
                    break
        return done

    def pushed(self, tag: str) -> dict[str, Any]:
        """Return the manifest of an image in the registry, after it is put into the embedded ECR as well."""
        url = f"http://{self.host}/v2/{NAME}/manifests/{tag}"
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": MANIFEST})) as answer:
            text = answer.read().decode()
        self.ecr.put_image(repositoryName=NAME, imageTag=tag, imageManifest=text, imageManifestMediaType=MANIFEST)
        content: dict[str, Any] = json.loads(text)
        return content

    def manifest(self, tag: str) -> dict[str, Any]:
        """Return the manifest of an image in the embedded ECR."""
        (found,) = self.ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageTag": tag}])["images"]
        content: dict[str, Any] = json.loads(found["imageManifest"])
        return content

    def _run(self, command: list[str], folder: Path, variables: dict[str, str]) -> Done:
        return subprocess.run(
            command, cwd=folder, env={**self.environment, **variables}, check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    scratch = tmp_path_factory.mktemp("application")
    embedded = start(scratch / "aws")
    target: Any = local(Workspace(PROJECT / "envs", scratch / "build"), embedded)
    ecr = target.session(ACCOUNT).client("ecr", region_name=REGION)
    ecr.create_repository(repositoryName=NAME, imageTagMutability="IMMUTABLE")
    for name, account in CLUSTERS.items():
        target.session(account).client("ecs", region_name=REGION).create_cluster(clusterName=name)
    try:
        with registry(scratch) as host, tokens() as url:
            found = Project(scratch, shell(scratch, embedded, host), ecr, host, url)
            _write(found)
            yield found
    finally:
        stop(scratch / "aws")


def _write(project: Project) -> None:
    """Write the application's repository, with the files for both servers."""
    repository, ref = infrastructure(project.scratch, project.environment)
    project.folder.mkdir()
    (project.folder / "Dockerfile").write_text(DOCKERFILE)
    command = [sys.executable, "-m", "ops", "ci", "app", "--for", "gitlab", "--service", "api", "--ref", ref]
    subprocess.run([*command, "--into", str(project.folder)], cwd=repository, check=True, capture_output=True)
    file = project.folder / ".gitlab-ci.yml"
    # The only change: the repository is not on gitlab.com.
    text = file.read_text()
    file.write_text(text.replace("https://gitlab.com/community/groundwork.git", repository.as_uri()))
    (project.scratch / "envs").mkdir()
    files = load(envs_of(project.scratch / "envs", (GITLAB_PROJECT, GITHUB_REPOSITORY), INFRASTRUCTURE))
    application = application_of(files, ["api"], "github")
    workflow = project.folder / github.FILE
    workflow.parent.mkdir(parents=True)
    workflow.write_text(github.pipeline(application, source_of(files, application, PROJECT / "envs", ref)))
    commit(project.folder, project.environment)


def test_commit_on_main_is_built_and_pushed_once(project: Project) -> None:
    sha = project.commit("one")
    done = project.gitlab("image:api", sha, number=7)
    assert done.returncode == 0, done.stdout
    version = f"0.0.0-dev.7.g{sha[:12]}"
    assert project.pushed(version)["annotations"]["org.opencontainers.image.revision"] == sha
    again = project.gitlab("image:api", sha, number=7)
    assert again.returncode == 0, again.stdout
    assert f"api:{version} exists already; it is not pushed again" in again.stdout


def test_login_is_in_a_file_of_the_job_only_and_in_no_log(project: Project) -> None:
    done = project.gitlab("image:api", project.commit("two"), number=8)
    mode, login = (project.scratch / "login").read_text().split("\n", 1)
    assert int(mode, 8) == stat.S_IRUSR | stat.S_IWUSR
    ((host, password),) = json.loads(login)["auths"].items()
    assert host == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    assert password["auth"] not in done.stdout
    assert base64.b64decode(password["auth"]).decode() not in done.stdout


def test_release_on_gitlab_has_the_tested_image_of_its_commit(project: Project) -> None:
    sha = project.commit("three")
    assert project.gitlab("image:api", sha, "v1.5.0-rc.1").returncode == 0
    tested = project.pushed("1.5.0-rc.1")
    done = project.gitlab("promote", sha, "v1.5.0")
    assert done.returncode == 0, done.stdout
    assert "api:1.5.0 is api:1.5.0-rc.1" in done.stdout
    released = project.manifest("1.5.0")
    assert (released["config"], released["layers"]) == (tested["config"], tested["layers"])
    assert released["annotations"]["org.opencontainers.image.version"] == "1.5.0"
    again = project.gitlab("promote", sha, "v1.5.0")
    assert again.returncode == 0, again.stdout
    assert "api:1.5.0 exists already" in again.stdout


def test_release_on_github_has_the_tested_image_of_its_commit(project: Project) -> None:
    sha = project.commit("four")
    done = project.github("image-api", sha, "v2.0.0-rc.1")
    assert done.returncode == 0, done.stdout
    tested = project.pushed("2.0.0-rc.1")
    assert tested["annotations"]["org.opencontainers.image.revision"] == sha
    assert "exists already" in project.github("image-api", sha, "v2.0.0-rc.1").stdout
    done = project.github("promote", sha, "v2.0.0")
    assert done.returncode == 0, done.stdout
    assert project.manifest("2.0.0")["config"] == tested["config"]


@pytest.mark.parametrize("server", ["gitlab", "github"])
def test_release_of_an_untested_commit_is_refused(project: Project, server: str) -> None:
    done: Done = getattr(project, server)("promote", project.commit(server), "v3.0.0")
    assert done.returncode != 0
    assert "api has no image 3.0.0-rc.N that was tested" in done.stdout


@pytest.mark.parametrize(("server", "job"), [("gitlab", "image:api"), ("github", "image-api")])
def test_tag_that_is_no_version_is_refused(project: Project, server: str, job: str) -> None:
    done: Done = getattr(project, server)(job, "a" * 40, "v1.5-rc.1")
    assert done.returncode != 0
    assert "the tag v1.5-rc.1 is not a version" in done.stdout


def test_release_jobs_release_the_service_of_their_environment(project: Project) -> None:
    """Up to the service, which is not applied here; tests/local releases services that are."""
    sha = project.commit("five")
    dev = project.gitlab("release:dev", sha, number=9)
    assert "the service agora-dev-api does not exist in the cluster agora-dev-main" in dev.stdout
    staging = project.github("release-staging", sha, "v4.0.0-rc.1")
    assert "the service agora-staging-api does not exist in the cluster agora-staging-main" in staging.stdout
    assert dev.returncode
    assert staging.returncode
