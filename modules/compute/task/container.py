"""ECS container definitions."""

from collections.abc import Mapping, Sequence
from typing import Any

from modules.compute.task.settings import TaskSettings

#: The log driver buffers this much while CloudWatch Logs is unavailable. Then it drops lines, and does not block the
#: program.
LOG_BUFFER = "25m"


def container_definition(
    *,
    name: str,
    image: str,
    settings: TaskSettings,
    port: int | None,
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
    environment_files: Sequence[str],
    log_group: str,
    region: str,
) -> dict[str, Any]:
    """Return the definition, without empty values and in a fixed order, so that no plan shows a change."""
    definition = {
        "name": name,
        "image": image,
        "essential": True,
        "entryPoint": list(settings.entry_point),
        "command": list(settings.command),
        "user": settings.user,
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}] if port else [],
        "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
        "secrets": [{"name": key, "valueFrom": value} for key, value in sorted(secrets.items())],
        "environmentFiles": [{"value": arn, "type": "s3"} for arn in environment_files],
        "readonlyRootFilesystem": settings.read_only_root,
        "mountPoints": [
            {"sourceVolume": volume_name(path), "containerPath": path, "readOnly": False}
            for path in settings.writable_paths
        ],
        "linuxParameters": {"initProcessEnabled": settings.init_process},
        "stopTimeout": settings.stop_timeout_seconds,
        "ulimits": [
            {"name": kind, "softLimit": limit.soft, "hardLimit": limit.hard}
            for kind, limit in sorted(settings.ulimit.items())
        ],
        "healthCheck": _health_check(settings),
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group,
                "awslogs-region": region,
                # The stream name is this prefix, the container's name, and the task ID.
                "awslogs-stream-prefix": "task",
                "mode": "non-blocking",
                "max-buffer-size": LOG_BUFFER,
            },
        },
    }
    return {key: value for key, value in definition.items() if value not in (None, [], {})}


def volume_name(path: str) -> str:
    """Return the name of the volume at a path: letters, digits, hyphens, and underscores."""
    return "".join(letter if letter.isalnum() else "-" for letter in path.strip("/"))


def _health_check(settings: TaskSettings) -> dict[str, Any] | None:
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
