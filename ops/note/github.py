"""Comments of a pull request on GitHub, with the token of the workflow."""

from collections.abc import Mapping

from ops.note.api import Api
from ops.note.server import github_event

TOKEN = "GITHUB_TOKEN"
_VERSION = "2022-11-28"


class PullRequest:
    """A pull request, whose comments are those of an issue with its number.

    "REST API endpoints for issue comments" (https://docs.github.com/en/rest/issues/comments): the token needs
    `pull-requests: write`.
    """

    def __init__(self, api: Api, repository: str, number: int) -> None:
        self.name = f"pull request #{number}"
        self._api = api
        self._repository = f"/repos/{repository}"
        self._number = number

    def find(self, marker: str) -> int | None:
        """Return the ID of a bot's comment that begins with the marker. People may quote one."""
        for each in self._api.listed(f"{self._repository}/issues/{self._number}/comments"):
            if each["user"] and each["user"]["type"] == "Bot" and (each["body"] or "").startswith(marker):
                return int(each["id"])
        return None

    def create(self, body: str) -> None:
        """Create a comment."""
        self._api.request("POST", f"{self._repository}/issues/{self._number}/comments", {"body": body})

    def update(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self._api.request("PATCH", f"{self._repository}/issues/comments/{comment}", {"body": body})


def pull_request(environment: Mapping[str, str]) -> PullRequest | str:
    """Return the pull request of the workflow that runs, or why nothing is posted."""
    request = github_event(environment).get("pull_request")
    if not request:
        return "this workflow does not run for a pull request; nothing is posted"
    repository = environment["GITHUB_REPOSITORY"]
    if ((request.get("head") or {}).get("repo") or {}).get("full_name") != repository:
        return "the pull request comes from a fork; nothing is posted"
    if not environment.get(TOKEN):
        return f"nothing is posted: pass the token to the step, env: {TOKEN}: ${{{{ github.token }}}}"
    remedy = "give the job `permissions: pull-requests: write` (docs/runbooks/plan.md, The note)"
    return PullRequest(github_api(environment, remedy), repository, int(request["number"]))


def github_api(environment: Mapping[str, str], remedy: str) -> Api:
    """Return GitHub's API with the token of the job; `remedy` is what to do if GitHub refuses it."""
    token = environment.get(TOKEN, "")
    return Api(
        environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
        {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {token}",
            "User-Agent": "groundwork",
            "X-GitHub-Api-Version": _VERSION,
        },
        token,
        remedy=remedy,
    )
