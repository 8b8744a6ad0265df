"""Checks between the delivery module's blocks, and between them and those of lower modules."""

from collections.abc import Iterator

from modules.delivery.blocks import DeliveryBlocks
from modules.delivery.pipeline.settings import PipelineSettings
from modules.foundation.problems import Finding


def findings(blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and those of lower modules."""
    yield from _roles_created_twice(blocks)
    if blocks.pipeline:
        yield from _passwords_in_previews(blocks.pipeline, blocks)
    else:
        yield from _projects_without_a_provider(blocks)


def _passwords_in_previews(pipeline: PipelineSettings, blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield a problem if jobs of any branch could read a database's password, as a plan must."""
    databases = sorted(name for name, database in blocks.database.items() if database.keeps_password)
    if pipeline.previews and databases:
        listed = ", ".join(databases)
        rule = f"would let the jobs of every branch read the password of database {listed}, which a plan must read"
        yield Finding(("pipeline", "previews"), True, rule, "write previews = false")


def _projects_without_a_provider(blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield a problem for each project that may change something, in an environment that trusts no CI server."""
    for at, application in blocks.applications.items():
        for server in ("gitlab", "github"):
            if project := getattr(application, server):
                rule = "requires a `pipeline` block, with which `make bootstrap` lets AWS trust the server's tokens"
                remedy = f"add `pipeline {{ {server} {{ ... }} }}`, or remove it"
                yield Finding((*at, server), project, rule, remedy)


def _roles_created_twice(blocks: DeliveryBlocks) -> Iterator[Finding]:
    """Yield functions whose role has the name of the role with which another one is released."""
    for name, function in blocks.function.items():
        other = f"{name}-release"
        if function.deployed_by and other in blocks.function:
            rule = f"creates the role of function.{name}.deployed_by a second time: both are named function-{other}"
            yield Finding(("function", other), None, rule, "give one of the functions another name")
