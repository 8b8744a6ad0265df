"""Service Quotas: defaults of services other than VPC."""

import pytest

from tests.local_aws.conftest import Client


def test_quotas_of_other_services_have_defaults(client: Client) -> None:
    quotas = client("service-quotas")
    addresses = quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-0263D0A3")["Quota"]
    assert (addresses["QuotaName"], addresses["Value"]) == ("EC2-VPC Elastic IPs", 5.0)
    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5.0
    with pytest.raises(quotas.exceptions.NoSuchResourceException):
        quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-00000000")
