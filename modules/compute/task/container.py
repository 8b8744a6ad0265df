"""ECS container definitions."""

from collections.abc import Mapping, Sequence
from typing import Any

from modules.compute.task.keys.container import ContainerSettings
from modules.compute.task.keys.members import Member

#: The log driver buffers this much while CloudWatch Logs is unavailable. Then it drops lines, and does not block the
#: program.
LOG_BUFFER = "25m"


def container_definition(
    *,
    name: str,
    image: str,
    member: Member,
    user: str | None,
    port: int | None,
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
    environment_files: Sequence[str],
    log_group: str,
    region: str,
) -> dict[str, Any]:
    """Return the definition, without empty values and in a fixed order, so that no plan shows a change."""
    settings = member.settings
    definition = {
        "name": name,
        "image": image,
        "essential": member.essential,
        "cpu": member.cpu,
        "memory": member.memory,
        "dependsOn": [
            {"containerName": other, "condition": condition} for other, condition in sorted(member.depends_on.items())
        ],
        "startTimeout": member.start_timeout_seconds,
        "restartPolicy": {"enabled": True} if member.restart else None,
        "entryPoint": list(settings.entry_point),
        "command": list(settings.command),
        "user": user,
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}] if port else [],
        "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
        "secrets": [{"name": key, "valueFrom": value} for key, value in sorted(secrets.items())],
        "environmentFiles": [{"value": arn, "type": "s3"} for arn in environment_files],
        "readonlyRootFilesystem": settings.read_only_root,
        "mountPoints": [
            {"sourceVolume": volume, "containerPath": path, "readOnly": False}
            for path, volume in volumes(name, member).items()
        ],
        "linuxParameters": {"initProcessEnabled": settings.init_process},
        "stopTimeout": settings.stop_timeout_seconds,
        "ulimits": [
            {"name": kind, "softLimit": limit.soft, "hardLimit": limit.hard}
            for kind, limit in sorted(settings.ulimit.items())
        ],
        "healthCheck": _health_check(settings),
        "logConfiguration": log_configuration(log_group, region),
    }
    return {key: value for key, value in definition.items() if value not in (None, [], {})}


def volumes(name: str, member: Member) -> dict[str, str]:
    """Return the name of the volume at each writable path: letters, digits, hyphens, and underscores.

    Two containers with the same path have a volume each.
    """
    prefix = f"{name}--" if member.at else ""
    return {
        path: prefix + "".join(letter if letter.isalnum() else "-" for letter in path.strip("/"))
        for path in member.settings.writable_paths
    }


def log_configuration(log_group: str, region: str) -> dict[str, Any]:
    """Return the configuration with which a container's output goes into a log group."""
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": log_group,
            "awslogs-region": region,
            # The stream name is this prefix, the container's name, and the task ID.
            "awslogs-stream-prefix": "task",
            "mode": "non-blocking",
            "max-buffer-size": LOG_BUFFER,
        },
    }


def _health_check(settings: ContainerSettings) -> dict[str, Any] | None:
    check = settings.health_check
    if check is None:
        return None
    return {
        "command": check.shell_form,
        "interval": check.interval_seconds,
        "timeout": check.timeout_seconds,
        "retries": check.retries,
        "startPeriod": check.start_period_seconds,
    }
