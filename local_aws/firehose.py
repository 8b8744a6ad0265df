"""Firehose: streams whose destination is an OpenSearch domain, inside a VPC.

AWS: CreateDeliveryStream and UpdateDestination accept an Amazon OpenSearch Service destination, and
DescribeDeliveryStream returns it with the VPC of its subnets ([VpcConfigurationDescription]
(https://docs.aws.amazon.com/firehose/latest/APIReference/API_VpcConfigurationDescription.html)). Moto 5.2.5 knows the
destination only under its earlier name, Elasticsearch, which it handles in the same way. Added: the destination under
its present name. Refused: a domain that does not exist.

PutRecordBatch accepts records for it, and nothing delivers them: no cluster runs.
"""

from collections.abc import Callable
from typing import Any

from local_aws.extend import add

_NAME = "Amazonopensearchservice"
_EARLIER = "Elasticsearch"

_Options = dict[str, Any]


def install() -> None:
    """Let Moto's streams have an OpenSearch domain as their destination."""
    from moto.firehose.models import FirehoseBackend
    from moto.firehose.responses import FirehoseResponse

    add(FirehoseResponse, _renamed(FirehoseResponse.create_delivery_stream, "DestinationConfiguration"))
    add(FirehoseResponse, _renamed(FirehoseResponse.update_destination, "DestinationUpdate"))
    add(FirehoseBackend, _described(FirehoseBackend.describe_delivery_stream))


def _renamed(operation: Callable[[Any], Any], suffix: str) -> Callable[[Any], Any]:
    """Return the operation, which gets the destination under the name that Moto knows."""

    def call(response: Any) -> Any:
        destination = response._get_param(f"{_NAME}{suffix}")
        if destination:
            _check_domain(response, destination.get("DomainARN"))
            response.params[f"{_EARLIER}{suffix}"] = {**destination, _NAME: True}
        return operation(response)

    call.__name__ = operation.__name__
    return call


def _check_domain(response: Any, arn: str | None) -> None:
    """Raise the error of AWS for a domain that does not exist.

    [CreateDeliveryStream, InvalidArgumentException]
    (https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html).
    """
    from moto.firehose.exceptions import InvalidArgumentException
    from moto.opensearch.models import opensearch_backends

    domains = opensearch_backends[response.current_account][response.region].domains
    if arn is not None and arn not in {each.arn for each in domains.values()}:
        raise InvalidArgumentException(f"Domain {arn} does not exist")


def _described(describe: Callable[..., _Options]) -> Callable[..., _Options]:
    def describe_delivery_stream(backend: Any, delivery_stream_name: str) -> _Options:
        result = describe(backend, delivery_stream_name)
        for destination in result["DeliveryStreamDescription"]["Destinations"]:
            found = destination.get(f"{_EARLIER}DestinationDescription")
            if found and found.get(_NAME):
                shown = {name: value for name, value in found.items() if name not in (_NAME, "VpcConfiguration")}
                vpc = found.get("VpcConfiguration")
                if vpc:
                    shown["VpcConfigurationDescription"] = {**vpc, "VpcId": _vpc_of(backend, vpc["SubnetIds"][0])}
                del destination[f"{_EARLIER}DestinationDescription"]
                destination[f"{_NAME}DestinationDescription"] = shown
        return result

    return describe_delivery_stream


def _vpc_of(backend: Any, subnet_id: str) -> str:
    from moto.ec2.models import ec2_backends

    vpc_id: str = ec2_backends[backend.account_id][backend.region_name].get_subnet(subnet_id).vpc_id
    return vpc_id
