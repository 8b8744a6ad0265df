"""Certificates for names in our zones."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from constructs import Construct

from modules.foundation.foundation import Foundation
from modules.network.zone.zones import PublicZone

#: Where CloudFront, and whatever stands on it, looks for certificates ("Requirements for using SSL/TLS certificates
#: with CloudFront").
CLOUDFRONT_REGION = "us-east-1"
#: "RequestCertificate, DomainName": the first name is the common name too, and RFC 5280 leaves that 64 octets.
FIRST_NAME_LIMIT = 64


class Certificate(Construct):
    """A public certificate of ACM, which renews itself as long as the records in the zone stay.

    Creates: the certificate; in the zone a record for each name, which a name and its wildcard share; the wait
    until it is issued. `arn` is that wait's, so who uses it gets no certificate that is still asked for.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        what: str,
        names: Sequence[str],
        zone: PublicZone,
        foundation: Foundation,
        region: str | None = None,
    ) -> None:
        """Take another region than the environment's for CloudFront: `CLOUDFRONT_REGION`.

        Raises ValueError for names outside the zone, or when none is short enough for a common name.
        """
        super().__init__(scope, id)
        make = foundation.resources(self, "certificate")
        provider = foundation.providers.in_region(region) if region else None
        first, *others = _common_name_first(names)
        certificate = make(
            AcmCertificate,
            what,
            domain_name=first,
            subject_alternative_names=others or None,
            validation_method="DNS",
            tags={"Name": foundation.names.of(what)},
            # A listener or a distribution has to take the new one before the old one can go.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            provider=provider,
        )
        proofs = [zone.prove(name, certificate, proven) for name, proven in _to_prove(names).items()]
        validation = make(
            AcmCertificateValidation,
            what,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[proof.fqdn for proof in proofs],
            provider=provider,
        )
        self.arn = validation.certificate_arn


def _common_name_first(names: Sequence[str]) -> list[str]:
    short = [name for name in names if len(name) <= FIRST_NAME_LIMIT]
    if not short:
        raise ValueError(f"a certificate needs a name of at most {FIRST_NAME_LIMIT} characters, not only {names}")
    return [short[0], *(name for name in dict.fromkeys(names) if name != short[0])]


def _to_prove(names: Sequence[str]) -> dict[str, str]:
    """Return the names to prove and under which name the certificate has each: its own, or that of its wildcard."""
    return {name.removeprefix("*."): name for name in sorted(names)}
