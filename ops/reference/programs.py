"""The pages of the reference about programs: their environment variables, and what the S3 endpoint allows."""

from collections.abc import Iterable

from modules.compute.eks.keys.registry import KUBERNETES_REGISTRY_BUCKET
from modules.compute.task.keys.traces import TracesSettings
from modules.events.function.keys.shipped import SHIPPED
from modules.foundation.variables import VARIABLES, variable
from modules.network.vpc.keys.aws_buckets import AWS_BUCKETS
from ops.markdown import table


def variables() -> str:
    """Return the page of the environment variables that programs receive."""
    rows = (
        (
            f"`{variable(kind, '<label>', name)}`",
            " and ".join(each.programs),
            each.condition or "always",
            each.description,
        )
        for kind, names in VARIABLES.items()
        for name, each in names.items()
    )
    return _page(
        "Environment variables that programs receive",
        "A service, scheduled task, or function that names a block receives the variables below; tasks are those of "
        "services and of scheduled tasks. `<LABEL>` is the block's label in upper case, with underscores instead of "
        "hyphens. A variable in the program's own `environment` has precedence.",
        "If the network has a `proxy` block, services, scheduled tasks, and functions in the VPC also receive "
        "`HTTP_PROXY`, `HTTPS_PROXY`, and `NO_PROXY`, in upper case and lowercase.",
        "A service or scheduled task with a `traces` block also receives the variables of OpenTelemetry's SDKs: "
        f"{', '.join(f'`{name}`' for name in TracesSettings().variables(''))}.",
        "`init` containers receive the variables of their service or scheduled task, except those of OpenTelemetry; "
        "`sidecar` containers only those of their own block, and those of the proxy.",
        "ECS reads a database's user name and password once, when the task starts, and RDS rotates the password every "
        "seven days: if a new connection is rejected, read the secret again by its ARN. Functions always read it by "
        "its ARN.",
        "Groundwork does not create pods, so it sets no variables in them: take endpoints from the outputs of the "
        "stack.",
        table(("variable", "received by", "set", "description"), rows),
    )


def shipped_functions() -> str:
    """Return the page of the environment variables of the functions in lambdas/."""
    sections: list[str] = []
    for name, own in SHIPPED.items():
        rows = ((f"`{key}`", _shipped_default(each.default), each.description) for key, each in own.items())
        sections += [f"## `{name}`", table(("variable", "default", "description"), rows)]
    return _page(
        "Environment variables of the functions in lambdas/",
        "Set them in the `environment` of a `function` block.",
        *sections,
    )


def s3_endpoint() -> str:
    """Return the page of the buckets that the policy of the S3 gateway endpoint allows."""
    rows = [
        ("all buckets of the environment", "all actions", "subject to the policies of roles and buckets"),
        ("`readable_buckets` of the `network` block", "list and read", "other owners' buckets"),
        *((_names(each.buckets), "read", each.reason) for each in AWS_BUCKETS.values()),
        (_names([KUBERNETES_REGISTRY_BUCKET]), "read", "images of registry.k8s.io, with an `eks` block"),
    ]
    return _page(
        "What the S3 endpoint allows",
        "Requests to S3 from inside the VPC pass through a gateway endpoint, whose policy allows these buckets only. "
        "Requests to any other bucket fail with `AccessDenied`.",
        table(("buckets", "actions", "reason"), rows),
    )


def _names(buckets: Iterable[str]) -> str:
    return ", ".join(f"`{bucket}`" for bucket in buckets)


def _page(title: str, *paragraphs: str) -> str:
    """Return a page; each paragraph or table is followed by an empty line."""
    return "\n\n".join([f"# {title}", *paragraphs]) + "\n"


def _shipped_default(default: str | None) -> str:
    if default is None:
        return "required"
    return f"`{default}`" if default else "none"
