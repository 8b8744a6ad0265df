"""Saved queries of CloudWatch Logs Insights."""

from collections.abc import Iterable, Mapping

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from modules.compute.module import ComputeModule
from modules.data.module import DataModule
from modules.edge.firewall.settings import CLOUDFRONT_REGION
from modules.edge.module import EdgeModule
from modules.events.module import EventsModule
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup
from modules.observability.keys.log_queries import QUERIES, Source

#: [StartQuery, logGroupNames]
#: (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html): log groups of one query.
LOG_GROUPS_LIMIT = 50

#: Log groups by name.
Groups = Mapping[str, ITerraformDependable]


class LogQueries(Construct):
    """The queries of `QUERIES`, each with the log groups that the environment has.

    Creates: query definitions, which cost nothing; only running one does. The slashes in their names are folders in the
    console.
    """

    def __init__(self, scope: Construct, id: str, *, groups: Mapping[Source, Groups], foundation: Foundation) -> None:
        super().__init__(scope, id)
        names, make = foundation.names, foundation.resources(self, "log_query")
        for source, found in groups.items():
            region = CLOUDFRONT_REGION if source == "firewall-of-sites" else names.region
            chosen = sorted(found)[:LOG_GROUPS_LIMIT]
            for title, text in QUERIES[source].items() if found else ():
                make(
                    CloudwatchQueryDefinition,
                    f"{source}_{title}",
                    name=f"{names.product}/{names.environment}/{source}/{title}",
                    query_string=text,
                    log_group_names=chosen,
                    provider=foundation.providers.elsewhere(region),
                    depends_on=[found[name] for name in chosen],
                )


def groups_of(
    data: DataModule, events: EventsModule, compute: ComputeModule, edge: EdgeModule, audit: LogGroup
) -> dict[Source, Groups]:
    """Return the log groups of an environment by what writes them."""
    firewall = edge.firewall.log_groups if edge.firewall else {}
    databases = data.databases.values()
    return {
        "tasks": _named(compute.task_log_groups),
        "functions": _named(each.log_group for each in events.functions.values()),
        "mysql": dict(item for each in databases for item in each.log_groups_of("mysql", "slowquery").items()),
        "postgres": dict(item for each in databases for item in each.log_groups_of("postgres", "postgresql").items()),
        "audit": _named([audit]),
        "firewall": _named(group for place, group in firewall.items() if place == "regional"),
        "firewall-of-sites": _named(group for place, group in firewall.items() if place == "cloudfront"),
    }


def _named(groups: Iterable[LogGroup]) -> Groups:
    return {group.name: group.ready for group in groups}
