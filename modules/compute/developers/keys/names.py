"""Names of what the `developers` block creates, which `python -m ops connect` looks up in AWS."""

from modules.foundation.names import Names

#: The label of the cluster, and the purpose in all names. No `ecs` or `service` block may have it beside the block.
DEVELOPERS = "developers"


def developers_name(names: Names) -> str:
    """Return the name of the cluster, of the family of the task definition, and of the tasks' security group."""
    return names.of(DEVELOPERS)


def role_purpose(use: str) -> str:
    """Return what a role of the tasks is for, `execution` or `task`; its name contains this."""
    return f"{DEVELOPERS}-{use}"
