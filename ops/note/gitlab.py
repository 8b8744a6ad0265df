"""Notes of a merge request on GitLab, with a project access token.

The job's own token only reads notes ("GitLab CI/CD job token, Job token access",
https://docs.gitlab.com/ci/jobs/ci_job_token/: of the Notes API, it can access the two GET endpoints of merge requests).
"""

from collections.abc import Mapping

from ops.note.api import Api

TOKEN = "GROUNDWORK_NOTE_TOKEN"
_HOW = f"{TOKEN}, a project access token with the role Reporter and the scope api (docs/runbooks/plan.md, The note)"


class MergeRequest:
    """A merge request, and the notes that the token's user wrote.

    "Notes API" (https://docs.gitlab.com/api/notes/).
    """

    def __init__(self, api: Api, project: str, number: str) -> None:
        self.name = f"merge request !{number}"
        self._api = api
        self._notes = f"/projects/{project}/merge_requests/{number}/notes"

    def find(self, marker: str) -> int | None:
        """Return the ID of the token's own note that begins with the marker. People may quote one."""
        own = self._api.request("GET", "/user")["id"]
        for each in self._api.listed(f"{self._notes}?sort=asc"):
            if each["author"]["id"] == own and each["body"].startswith(marker):
                return int(each["id"])
        return None

    def create(self, body: str) -> None:
        """Create a note."""
        self._api.request("POST", self._notes, {"body": body})

    def update(self, note: int, body: str) -> None:
        """Replace the text of a note."""
        self._api.request("PUT", f"{self._notes}/{note}", {"body": body})


def merge_request(environment: Mapping[str, str]) -> MergeRequest | str:
    """Return the merge request of the pipeline that runs, or why nothing is posted."""
    number = environment.get("CI_MERGE_REQUEST_IID")
    if not number:
        return "this pipeline does not run for a merge request; nothing is posted"
    target = environment.get("CI_MERGE_REQUEST_PROJECT_ID")
    # A pipeline of a fork runs in the fork, unless a member of the project starts it ("Merge request pipelines,
    # Use with forked projects", https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/).
    if {environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID"), environment.get("CI_PROJECT_ID")} != {target}:
        return "the merge request comes from a fork; nothing is posted"
    token = environment.get(TOKEN, "")
    if not token:
        return f"nothing is posted: the job's own token cannot write notes; set the CI/CD variable {_HOW}"
    api = Api(
        environment["CI_API_V4_URL"].rstrip("/"),
        {"PRIVATE-TOKEN": token, "User-Agent": "groundwork"},
        token,
        remedy=f"renew {_HOW}",
        ca_file=environment.get("CI_SERVER_TLS_CA_FILE", ""),
    )
    return MergeRequest(api, str(target), number)
