"""Access logs of a site."""

from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource

from modules.foundation.foundation import Foundation
from modules.foundation.resources import Resources
from modules.network.zone.certificates import CLOUDFRONT_REGION

#: [PutDeliverySource, name]
#: (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html) and
#: [PutDeliveryDestination, name]
#: (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html): the maximum
#: length.
NAME_LIMIT = 60


def deliver_logs(make: Resources, name: str, *, distribution_arn: str, foundation: Foundation) -> None:
    """Deliver the access logs of a site's distribution to the log bucket.

    Creates: delivery source (the distribution), delivery destination (the log bucket), delivery.

    [Configure standard logging (v2)]
    (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html): legacy logging requires
    ACLs, and the log bucket has none.
    """
    provider = foundation.providers.in_region(CLOUDFRONT_REGION)
    log_bucket = foundation.log_bucket
    delivery_name = foundation.names.of(f"site-{name}", NAME_LIMIT)
    source = make(
        CloudwatchLogDeliverySource,
        name,
        name=delivery_name,
        log_type="ACCESS_LOGS",
        resource_arn=distribution_arn,
        provider=provider,
    )
    destination = make(
        CloudwatchLogDeliveryDestination,
        name,
        name=delivery_name,
        output_format="json",
        delivery_destination_configuration=[
            CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration(
                destination_resource_arn=log_bucket.grant_distribution_log_delivery(name)
            )
        ],
        provider=provider,
    )
    make(
        CloudwatchLogDelivery,
        name,
        delivery_source_name=source.name,
        delivery_destination_arn=destination.arn,
        # Without a policy that allows the delivery, AWS would overwrite the bucket's policy with its own.
        depends_on=[log_bucket.bucket.ready],
        provider=provider,
    )
