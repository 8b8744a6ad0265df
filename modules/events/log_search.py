"""Log groups whose log events are documents of a `search` block."""

from cdktf_cdktf_provider_aws.cloudwatch_log_subscription_filter import CloudwatchLogSubscriptionFilter
from constructs import Construct

from modules.data.search.delivery import INDEX
from modules.data.search.search import Search
from modules.events.function.functions import Function
from modules.foundation.foundation import Foundation
from modules.foundation.logs import LogGroup


class LogSearch(Construct):
    """A `search` block with its functions: one sets up the cluster, one makes a document of each log event.

    Creates: a subscription filter, and the permission to invoke the function, for each call of `subscribe`.
    """

    def __init__(
        self, scope: Construct, id: str, *, search: Search, setup: Function, documents: Function, foundation: Foundation
    ) -> None:
        super().__init__(scope, id)
        self._search = search
        self._documents = documents
        self._make = foundation.resources(self, "search")
        self._let_set_up(setup)
        search.delivery.grant_put(documents.role)
        documents.add_environment({"DELIVERY_STREAM": search.delivery.name})

    def subscribe(self, log_group: LogGroup, name: str) -> None:
        """Send all log events of a log group of this Region; `name` describes it and is unique for this block.

        [CloudWatch Logs User Guide, Subscription filters with AWS Lambda]
        (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample). A
        log group can have two subscription filters.
        """
        permission = self._documents.grant_invoke("logs", f"{log_group.arn}:*", name=f"from-{name}")
        self._make(
            CloudwatchLogSubscriptionFilter,
            f"{self._search.label}_{name}",
            name=f"search-{self._search.label}",
            log_group_name=log_group.name,
            filter_pattern="",
            destination_arn=self._documents.arn,
            depends_on=[permission, log_group.ready],
        )

    def _let_set_up(self, setup: Function) -> None:
        search, settings = self._search, self._search.settings
        search.set_master(setup.role.arn)
        search.allow_ingress_from(setup.security_group_id, "setup")
        setup.role.add_statements(search.request_statement("SetUp", ["Get", "Put", "Delete"]))
        setup.add_environment(
            {
                "ENDPOINT": search.endpoint,
                "INDEX": INDEX,
                "RETENTION_DAYS": str(settings.retention_days),
                "REPLICAS": str(settings.replicas),
                "WRITERS": search.delivery.role.plain_arn,
                "READERS": ",".join(settings.readers),
                "ADMINISTRATORS": ",".join(settings.administrators),
            }
        )
