"""The synthesized public zones, their records, and their certificates."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import TerraformOutput, TerraformStack

from modules.foundation.foundation import Foundation
from modules.network.blocks import NetworkBlocks
from modules.network.module import NetworkModule
from modules.network.zone.certificates import CLOUDFRONT_REGION, create_certificate
from modules.network.zone.settings import ZoneSettings
from modules.network.zone.zones import PublicZone
from tests.support.environments import KEYS
from tests.support.stacks import built
from tests.support.template import Template

ZONE = "${aws_route53_zone.zone_public.zone_id}"


def public(stack: TerraformStack, foundation: Foundation, *, existing: bool = False) -> PublicZone:
    settings = ZoneSettings(name="agora.example", existing=existing)
    return PublicZone(stack, "zone-public", label="public", settings=settings, foundation=foundation)


def with_zone(folder: Path, use: Callable[[TerraformStack, Foundation, PublicZone], object]) -> Template:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        use(stack, foundation, public(stack, foundation))

    return built(folder, build)


def test_zone_of_an_environment_is_created_and_printed(prod: Template, dev: Template) -> None:
    zone = prod.resource("aws_route53_zone.zone_public")
    assert (zone["name"], zone["force_destroy"]) == ("agora.example", False)
    assert zone["lifecycle"] == {"prevent_destroy": True}
    assert "vpc" not in zone
    assert dev.resource("aws_route53_zone.zone_public")["name"] == "dev.agora.example"
    assert prod.json["output"]["zones"]["value"] == {
        "public": {"name": "agora.example", "name_servers": "${aws_route53_zone.zone_public.name_servers}"}
    }


def test_existing_zone_is_looked_up(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        public(stack, foundation, existing=True).record("mail", "agora.example", "MX", ["10 mail.agora.example"])

    template = built(tmp_path, build)
    assert template.resources("aws_route53_zone") == {}
    looked_up = template.json["data"]["aws_route53_zone"]["zone_public"]
    assert (looked_up["name"], looked_up["private_zone"]) == ("agora.example", False)
    record = template.resource("aws_route53_record.zone_public_mail")
    assert record["zone_id"] == "${data.aws_route53_zone.zone_public.zone_id}"


def test_long_txt_value_is_split_into_strings(tmp_path: Path) -> None:
    key = "k" * 300

    def use(_: TerraformStack, __: Foundation, zone: PublicZone) -> None:
        zone.record("office", "office.agora.example", "A", ["192.0.2.1"], ttl=60)
        zone.record("mail-key", "k1._domainkey.agora.example", "TXT", [key])

    template = with_zone(tmp_path, use)
    assert template.resource("aws_route53_record.zone_public_office") == {
        "zone_id": ZONE,
        "name": "office.agora.example",
        "type": "A",
        "ttl": 60,
        "records": ["192.0.2.1"],
    }
    long = template.resource("aws_route53_record.zone_public_mail_key")
    assert long["records"] == ["k" * 255 + '""' + "k" * 45]
    assert long["ttl"] == 300


def test_alias_has_a_record_for_each_address_type_of_its_target(tmp_path: Path) -> None:
    def use(_: TerraformStack, __: Foundation, zone: PublicZone) -> None:
        zone.alias(
            "www",
            "www.agora.example",
            target="d1.cloudfront.net",
            target_zone_id="Z1",
            types=("A", "AAAA"),
            evaluate_target_health=False,
        )

    template = with_zone(tmp_path, use)
    records = template.resources("aws_route53_record")
    assert {name: record["type"] for name, record in records.items()} == {
        "zone_public_www_a": "A",
        "zone_public_www_aaaa": "AAAA",
    }
    target = {"name": "d1.cloudfront.net", "zone_id": "Z1", "evaluate_target_health": False}
    assert all(record["alias"] == target for record in records.values())


def test_record_outside_the_zone_raises_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is not in the zone"):
        with_zone(tmp_path, lambda _, __, zone: zone.record("www", "www.notagora.example", "A", ["192.0.2.1"]))


def of(certificate: str, attribute: str, name: str) -> str:
    options = f"aws_acm_certificate.certificate_{certificate}.domain_validation_options"
    return f'${{one([for option in {options} : option.{attribute} if option.domain_name == "{name}"])}}'


def test_certificate_is_validated_by_one_record_per_name(tmp_path: Path) -> None:
    def use(stack: TerraformStack, foundation: Foundation, zone: PublicZone) -> None:
        names = ["*.agora.example", "agora.example", "api.eu.agora.example"]
        arn = create_certificate(stack, purpose="web", names=names, zone=zone, foundation=foundation)
        TerraformOutput(stack, "arn", value=arn)

    template = with_zone(tmp_path, use)
    certificate = template.resource("aws_acm_certificate.certificate_web")
    assert certificate["domain_name"] == "*.agora.example"
    assert certificate["subject_alternative_names"] == ["agora.example", "api.eu.agora.example"]
    assert certificate["validation_method"] == "DNS"
    assert certificate["lifecycle"] == {"create_before_destroy": True}
    assert "provider" not in certificate
    # A wildcard and its base name share one record.
    assert set(template.resources("aws_route53_record")) == {
        "zone_public_proof_agora__example",
        "zone_public_proof_api__eu__agora__example",
    }
    record = template.resource("aws_route53_record.zone_public_proof_agora__example")
    assert record["name"] == of("web", "resource_record_name", "agora.example")
    assert record["records"] == [of("web", "resource_record_value", "agora.example")]
    assert record["type"] == "CNAME"
    validation = template.resource("aws_acm_certificate_validation.certificate_web")
    assert validation["validation_record_fqdns"] == [
        "${aws_route53_record.zone_public_proof_agora__example.fqdn}",
        "${aws_route53_record.zone_public_proof_api__eu__agora__example.fqdn}",
    ]
    # Dependents wait until it is issued.
    assert template.json["output"]["arn"]["value"] == (
        "${aws_acm_certificate_validation.certificate_web.certificate_arn}"
    )


def test_certificate_for_a_wildcard_alone_is_validated_by_the_wildcards_option(tmp_path: Path) -> None:
    template = with_zone(
        tmp_path,
        lambda stack, foundation, zone: create_certificate(
            stack, purpose="web", names=["*.agora.example"], zone=zone, foundation=foundation
        ),
    )
    record = template.resource("aws_route53_record.zone_public_proof_agora__example")
    assert record["name"] == of("web", "resource_record_name", "*.agora.example")


def test_certificates_in_two_regions_share_a_validation_record(tmp_path: Path) -> None:
    def use(stack: TerraformStack, foundation: Foundation, zone: PublicZone) -> None:
        for purpose, region in (("web", "ap-northeast-2"), ("site", CLOUDFRONT_REGION)):
            create_certificate(
                stack,
                purpose=purpose,
                names=["agora.example"],
                zone=zone,
                foundation=foundation,
                region=region,
            )

    template = with_zone(tmp_path, use)
    assert set(template.resources("aws_route53_record")) == {"zone_public_proof_agora__example"}
    for kind in ("aws_acm_certificate", "aws_acm_certificate_validation"):
        assert template.resource(f"{kind}.certificate_web")["provider"] == "aws"
        assert template.resource(f"{kind}.certificate_site")["provider"] == "aws.us-east-1"


def test_certificate_has_a_short_name_first(tmp_path: Path) -> None:
    long = f"{'a' * 60}.agora.example"

    def use(names: list[str]) -> Callable[[TerraformStack, Foundation, PublicZone], object]:
        return lambda stack, foundation, zone: create_certificate(
            stack, purpose="web", names=names, zone=zone, foundation=foundation
        )

    certificate = with_zone(tmp_path, use([long, "agora.example"])).only("aws_acm_certificate")
    assert certificate["domain_name"] == "agora.example"
    assert certificate["subject_alternative_names"] == [long]
    with pytest.raises(ValueError, match="a certificate needs a name of at most 64 characters"):
        with_zone(tmp_path, use([long]))


def test_module_returns_the_zone_that_contains_a_name(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        zones = {"public": ZoneSettings(name="agora.example"), "dev": ZoneSettings(name="dev.agora.example")}
        module = NetworkModule(
            stack, "network", blocks=NetworkBlocks.model_validate({**KEYS, "zone": zones}), foundation=foundation
        )
        assert module.zone_of("api.dev.agora.example") is module.zones["dev"]
        assert module.zone_of("*.agora.example") is module.zones["public"]
        with pytest.raises(ValueError, match="is in none of the zones"):
            module.zone_of("agora.test")

    built(tmp_path, build)
