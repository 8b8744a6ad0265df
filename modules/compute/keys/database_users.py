"""The databases that programs use, and the users that they need."""

from collections.abc import Iterator

from modules.compute.blocks import ComputeBlocks
from modules.compute.developers.keys.names import DEVELOPERS
from modules.data.database.keys import users
from modules.data.database.keys.access import Right, Rights
from modules.data.database.keys.engines import Dialect
from modules.data.database.keys.users import DatabaseUse, user_names, users_of
from modules.events.keys import database_users as events
from modules.foundation.problems import Finding


def database_uses(blocks: ComputeBlocks) -> Iterator[DatabaseUse]:
    """Yield the functions, services, scheduled tasks, pods, and developers that name databases."""
    yield from events.database_uses(blocks)
    for label, service in blocks.service.items():
        yield DatabaseUse(("service", label, "databases"), f"service-{label}", service.databases)
    for label, task in blocks.scheduled_task.items():
        yield DatabaseUse(("scheduled_task", label, "databases"), f"scheduled-task-{label}", task.databases)
    for cluster, eks in blocks.eks.items():
        for name, account in eks.service_account.items():
            at = ("eks", cluster, "service_account", name, "databases")
            yield DatabaseUse(at, pods_program(cluster, name), account.databases)
    if blocks.developers:
        yield DatabaseUse(("developers", "databases"), DEVELOPERS, blocks.developers.databases)


def developers_user(rights: Rights, dialect: Dialect) -> str:
    """Return the user that developers log in as."""
    return next(iter(user_names(DEVELOPERS, rights, dialect).values()))


def pods_program(cluster: str, service_account: str) -> str:
    """Return the name of the pods with a service account, as a program: `eks-main-payments-worker`."""
    return f"eks-{cluster}-{service_account.replace('/', '-')}"


def database_users(blocks: ComputeBlocks) -> dict[str, dict[str, Right]]:
    """Return the users of each database with users of its own, each with what it may do."""
    return users_of(database_uses(blocks), blocks.database)


def findings(blocks: ComputeBlocks) -> Iterator[Finding]:
    """Yield rights that databases cannot give, and programs whose users would have the same name."""
    yield from users.findings(database_uses(blocks), blocks.database)
