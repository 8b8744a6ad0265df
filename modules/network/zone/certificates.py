"""ACM certificates for names in the environment's zones."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.foundation.metrics import MetricSource
from modules.network.zone.zones import PublicZone

#: The Region in which CloudFront requires its certificates ([Requirements for using SSL/TLS certificates with
#: CloudFront](https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html)).
CLOUDFRONT_REGION = "us-east-1"
#: [RequestCertificate, DomainName](https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html):
#: the first name is also the common name, which [RFC 5280](https://www.rfc-editor.org/rfc/rfc5280) limits to 64 octets.
FIRST_NAME_LIMIT = 64


def create_certificate(
    scope: Construct,
    *,
    purpose: str,
    names: Sequence[str],
    zone: PublicZone,
    foundation: Foundation,
    region: str | None = None,
) -> str:
    """Create a public ACM certificate, which ACM renews as long as the validation records exist; return its ARN.

    Creates: the certificate; a validation record for each name, which a name and its wildcard share; the wait
    until the certificate is issued. The ARN comes from that wait, so dependents never get a certificate that is not
    yet issued. `region` is needed for CloudFront only (`CLOUDFRONT_REGION`).

    Raises ValueError for names outside the zone, or if no name is short enough for a common name.
    """
    make = foundation.resources(scope, "certificate")
    provider = foundation.providers.in_region(region) if region else None
    first, *others = _common_name_first(names)
    certificate = make(
        AcmCertificate,
        purpose,
        domain_name=first,
        subject_alternative_names=others or None,
        validation_method="DNS",
        tags={"Name": foundation.names.of(purpose)},
        # A listener or a distribution must use the new certificate before the old one can be deleted.
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        provider=provider,
    )
    records = [zone.validation_record(name, certificate, option) for name, option in _names_to_validate(names).items()]
    validation = make(
        AcmCertificateValidation,
        purpose,
        certificate_arn=certificate.arn,
        validation_record_fqdns=[record.fqdn for record in records],
        provider=provider,
    )
    return validation.certificate_arn


def certificate_metrics(arn: str, region: str | None = None) -> MetricSource:
    """Return the source of a certificate's metrics."""
    return MetricSource("AWS/CertificateManager", {"CertificateArn": arn}, region)


def _common_name_first(names: Sequence[str]) -> list[str]:
    short = [name for name in names if len(name) <= FIRST_NAME_LIMIT]
    if not short:
        raise ValueError(f"a certificate needs a name of at most {FIRST_NAME_LIMIT} characters, not only {names}")
    return [short[0], *(name for name in dict.fromkeys(names) if name != short[0])]


def _names_to_validate(names: Sequence[str]) -> dict[str, str]:
    """Return the names to validate, each with the name that the certificate lists: the same, or its wildcard."""
    return {name.removeprefix("*."): name for name in sorted(names)}
