"""The commands of a rolling update on EKS."""

#: What a release's tag is, as an extended regular expression of Bash: [Semantic Versioning 2.0.0](https://semver.org).
RELEASE = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"
#: A release, or a prerelease of one.
VERSION = RELEASE.removesuffix("$") + r"(-[0-9A-Za-z.-]+)?$"
#: The variable that says which image of the repository is rolled out.
TAG = "IMAGE_TAG"

#: No braces around variables: Terraform would replace them. `set image` and `rollout` use nothing but apps/v1, which
#: all versions of kubectl and of EKS have, although kubectl supports only one minor version of difference.
_SCRIPT = r"""set -euo pipefail
if [[ ! "$IMAGE_TAG" =~ @PATTERN@ ]]; then
  echo "IMAGE_TAG is '$IMAGE_TAG', not @WHAT@" >&2
  exit 1
fi
kubectl() { command kubectl --namespace "$NAMESPACE" "$@"; }
aws eks update-kubeconfig --name "$CLUSTER" >/dev/null
kubectl set image "deployment/$DEPLOYMENT" "$CONTAINER=$REPOSITORY:$IMAGE_TAG"
if ! kubectl rollout status "deployment/$DEPLOYMENT" --timeout=@MINUTES@m; then
  kubectl get events --sort-by=.lastTimestamp | tail -n 20 || true
  kubectl rollout undo "deployment/$DEPLOYMENT"
  kubectl rollout status "deployment/$DEPLOYMENT" --timeout=@MINUTES@m || true
  echo "$DEPLOYMENT runs the previous image again" >&2
  exit 1
fi"""


def rollout_script(*, releases_only: bool, build_timeout: int) -> str:
    """Return the script that sets the image, waits for the pods, and goes back to the previous image if they fail.

    Half of the build's minutes are for the update, the other half for the way back.
    """
    pattern, what = (RELEASE, "a release, such as 1.4.2") if releases_only else (VERSION, "a version, such as 1.4.2")
    minutes = max(1, (build_timeout - 1) // 2)
    return _SCRIPT.replace("@PATTERN@", pattern).replace("@WHAT@", what).replace("@MINUTES@", str(minutes))
