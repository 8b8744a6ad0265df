"""A workflow of GitHub Actions, whose jobs are run in a clone: their conditions, their scripts, and their artifacts.

Nothing that needs GitHub is run: steps that use an action do here what a clone needs of it. Expressions are evaluated
as far as ops/pipeline/github.py writes them ([Evaluate expressions in workflows and actions]
(https://docs.github.com/en/actions/reference/workflows-and-actions/expressions)).
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_TOKEN = re.compile(r"'[^']*'|&&|\|\||!=|==|!|[()]|[\w-]+(?:\.[\w-]+)*|\s+")
_OPERATORS = {"&&": " and ", "||": " or ", "!": " not "}
_STATUS = ("success", "failure", "cancelled", "always")
#: The network is not reached; the tests run with the machine's Terraform.
_LEFT_OUT = "Install Terraform"


def holds(condition: str, contexts: Mapping[str, Any], status: str = "success") -> bool:
    """Return whether a condition holds; `status` is that of the steps or jobs before: success, or failure."""
    names = condition if re.search(rf"\b({'|'.join(_STATUS)})\(\)", condition) else f"success() && ({condition})"
    functions = {name: lambda name=name: name in (status, "always") for name in _STATUS}
    return bool(_evaluated(names, contexts, functions))


def expanded(text: str, contexts: Mapping[str, Any]) -> str:
    """Return a text with the values of its expressions."""
    return re.sub(r"\$\{\{(.+?)\}\}", lambda found: str(_evaluated(found[1].strip(), contexts, {})), text)


def _evaluated(expression: str, contexts: Mapping[str, Any], functions: Mapping[str, Any]) -> Any:
    tokens = _TOKEN.findall(expression)
    assert "".join(tokens) == expression, f"not evaluated here: {expression}"
    source = "".join(_OPERATORS.get(token) or _python(token, contexts, functions) for token in tokens)
    return eval(source, {"__builtins__": {}}, dict(functions))


def _python(token: str, contexts: Mapping[str, Any], functions: Mapping[str, Any]) -> str:
    if token in functions or not re.match(r"[A-Za-z]", token):
        return token
    value: Any = contexts
    for key in token.split("."):
        # A missing property is null, which converts to an empty text.
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return repr(value)


@dataclass
class Done:
    """A job that ran: the steps of its own, their output, and whether all succeeded."""

    result: str
    output: str
    steps: list[str]
    outputs: dict[str, str]


@dataclass
class Run:
    """One run of a workflow for one event, with its artifacts and the results of its jobs so far."""

    folder: Path
    """The clone."""
    scratch: Path
    """For the artifacts and the files of a runner."""
    github: Mapping[str, Any]
    """The `github` context: event_name, ref, ref_type, sha, repository, event, and token."""
    file: str
    prepare: Callable[[str, Mapping[str, Any]], Mapping[str, str]]
    """Returns the environment variables of a job."""
    jobs: dict[str, Done] = field(default_factory=dict)

    @property
    def workflow(self) -> dict[str, Any]:
        """The workflow in the clone."""
        found: dict[str, Any] = yaml.safe_load((self.folder / self.file).read_text())
        return found

    def starts(self, name: str) -> bool:
        """Return whether the job's condition holds after the jobs that it needs. A needed job that did not run was
        skipped, and `jobs` has those that ran."""
        job = self.workflow["jobs"][name]
        needs = {each: self._result(each) for each in job.get("needs", [])}
        results = {each["result"] for each in needs.values()}
        status = "failure" if "failure" in results else "success" if results <= {"success"} else "skipped"
        return holds(job["if"], {"github": self.github, "needs": needs}, status)

    def _result(self, name: str) -> dict[str, Any]:
        done = self.jobs.get(name)
        return {"result": done.result, "outputs": done.outputs} if done else {"result": "skipped", "outputs": {}}

    def run(self, name: str) -> Done:
        """Run the steps of a job, whatever its condition."""
        workflow = self.workflow
        job = workflow["jobs"][name]
        variables = {**workflow["env"], **self._variables(), **self.prepare(name, job)}
        status, text, ran = "success", "", []
        steps: dict[str, Any] = {}
        for step in job["steps"]:
            contexts = {"github": self.github, "steps": steps}
            if step["name"] == _LEFT_OUT or not holds(step.get("if", "success()"), contexts, status):
                continue
            ran.append(step["name"])
            code, output = self._step(step, variables, contexts)
            text += output
            if code:
                status = "failure"
            steps[step.get("id", "")] = {"outputs": self._outputs()}
        outputs = {key: expanded(value, {"steps": steps}) for key, value in job.get("outputs", {}).items()}
        self.jobs[name] = Done(status, text, ran, outputs)
        return self.jobs[name]

    def _variables(self) -> dict[str, str]:
        for name in ("output", "summary"):
            (self.scratch / name).write_text("")
        (self.scratch / "event.json").write_text(json.dumps(self.github["event"]))
        given = ("event_name", "ref", "ref_name", "ref_type", "sha", "repository", "api_url", "run_id")
        return {
            **{f"GITHUB_{name.upper()}": str(self.github[name]) for name in given},
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": str(self.scratch / "event.json"),
            "GITHUB_OUTPUT": str(self.scratch / "output"),
            "GITHUB_STEP_SUMMARY": str(self.scratch / "summary"),
        }

    def _outputs(self) -> dict[str, str]:
        lines = (self.scratch / "output").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def _step(
        self, step: Mapping[str, Any], variables: Mapping[str, str], contexts: Mapping[str, Any]
    ) -> tuple[int, str]:
        if "uses" in step:
            return self._action(step["uses"].partition("@")[0], step["with"]), ""
        script = self.scratch / "script.sh"
        script.write_text(step["run"])
        own = {name: expanded(value, contexts) for name, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder, env={**variables, **own}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def _action(self, action: str, inputs: Mapping[str, Any]) -> int:
        """Do what an action of GitHub's does: a file that starts with a period is not uploaded unless requested."""
        if action == "actions/checkout":
            return 0
        artifact = self.scratch / "artifacts" / inputs["name"]
        path = self.folder / inputs["path"]
        if action == "actions/upload-artifact":
            if path.exists():
                hidden = None if inputs.get("include-hidden-files") else shutil.ignore_patterns(".*")
                shutil.rmtree(artifact, ignore_errors=True)
                shutil.copytree(path, artifact, ignore=hidden)
            return 0
        assert action == "actions/download-artifact", action
        if not artifact.exists():
            return 1
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(artifact, path)
        return 0
