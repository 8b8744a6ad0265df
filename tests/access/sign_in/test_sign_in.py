"""The synthesized user pool, its domain, and its app clients."""

import json
from pathlib import Path
from typing import Any

from cdktf import TerraformStack

from modules.access.blocks import AccessBlocks
from modules.access.module import AccessModule
from modules.foundation.foundation import Foundation
from modules.network.blocks import NetworkBlocks
from modules.network.module import NetworkModule
from tests.support.environments import KEYS
from tests.support.stacks import ACCOUNT, built
from tests.support.template import Template

POOL = "${aws_cognito_user_pool.sign_in_users.id}"


def test_pool_in_production_has_protection(prod: Template) -> None:
    pool = prod.resource("aws_cognito_user_pool.sign_in_users")
    assert pool["name"] == "agora-prod-users"
    assert pool["lifecycle"] == {"prevent_destroy": True}
    assert (pool["deletion_protection"], pool["mfa_configuration"]) == ("ACTIVE", "OPTIONAL")
    assert pool["software_token_mfa_configuration"] == {"enabled": True}
    # Threat protection requires the Plus feature plan.
    assert (pool["user_pool_tier"], pool["user_pool_add_ons"]) == ("PLUS", {"advanced_security_mode": "ENFORCED"})
    assert pool["username_attributes"] == pool["auto_verified_attributes"] == ["email"]
    assert pool["user_attribute_update_settings"] == {"attributes_require_verification_before_update": ["email"]}
    assert pool["username_configuration"] == {"case_sensitive": False}
    assert pool["account_recovery_setting"] == {"recovery_mechanism": [{"name": "verified_email", "priority": 1}]}
    assert pool["admin_create_user_config"] == {"allow_admin_create_user_only": False}
    assert pool["password_policy"]["minimum_length"] == 14
    assert pool["email_configuration"] == {
        "email_sending_account": "DEVELOPER",
        "from_email_address": "Agora <no-reply@agora.example>",
        "source_arn": f"arn:aws:ses:ap-northeast-2:{ACCOUNT}:identity/agora.example",
    }
    assert "sms_configuration" not in pool


def test_pool_in_dev_can_be_deleted(dev: Template) -> None:
    pool = dev.resource("aws_cognito_user_pool.sign_in_users")
    assert pool["deletion_protection"] == "INACTIVE"
    assert (pool["user_pool_tier"], pool["user_pool_add_ons"]) == ("ESSENTIALS", {"advanced_security_mode": "OFF"})
    assert dev.only("aws_cognito_user_pool_domain")["domain"] == "agora-dev-111111111111"


def test_public_clients_use_codes_only_and_have_no_secret(prod: Template, dev: Template, archive: Template) -> None:
    for template in (prod, dev, archive):
        for name, client in template.resources("aws_cognito_user_pool_client").items():
            assert client["allowed_oauth_flows"] == ["code"]
            assert client["generate_secret"] is name.startswith("sign_in_load_balancer_")
            assert not {"ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"} & {*client["explicit_auth_flows"]}
            assert (client["prevent_user_existence_errors"], client["enable_token_revocation"]) == ("ENABLED", True)


def test_clients_have_the_token_lifetimes_of_their_settings(prod: Template, archive: Template) -> None:
    found = {
        name: (client["access_token_validity"], client["id_token_validity"], client["refresh_token_validity"])
        for template in (prod, archive)
        for name, client in template.resources("aws_cognito_user_pool_client").items()
        if "token_validity_units" in client
    }
    assert found == {"sign_in_web": (60, 60, 1), "sign_in_mobile": (60, 60, 30), "sign_in_reader": (5, 5, 7)}
    (units,) = prod.resource("aws_cognito_user_pool_client.sign_in_web")["token_validity_units"]
    assert units == {"access_token": "minutes", "id_token": "minutes", "refresh_token": "days"}


def test_custom_domain_depends_on_the_address_of_its_parent(archive: Template) -> None:
    domain = archive.only("aws_cognito_user_pool_domain")
    assert domain["domain"] == "auth.archive.mobile.example"
    certificate = archive.resource("aws_acm_certificate.certificate_sign_in")
    assert certificate["domain_name"] == "auth.archive.mobile.example"
    assert domain["certificate_arn"] == "${aws_acm_certificate_validation.certificate_sign_in.certificate_arn}"
    # The record of the load balancer, which a higher module creates later.
    assert domain["depends_on"] == [
        "aws_route53_record.zone_public_load_balancer_archive__mobile__example_a",
    ]
    alias = archive.resource("aws_route53_record.zone_public_sign_in_a")["alias"]
    assert alias["name"] == "${aws_cognito_user_pool_domain.sign_in_domain.cloudfront_distribution}"
    assert alias["zone_id"] == "${aws_cognito_user_pool_domain.sign_in_domain.cloudfront_distribution_zone_id}"
    output = archive.json["output"]["sign_in"]["value"]
    assert output["url"] == "https://auth.archive.mobile.example"


def module(stack: TerraformStack, foundation: Foundation, **values: Any) -> AccessModule:
    zones = {"public": {"name": "agora.example"}}
    network = NetworkModule(
        stack, "net", blocks=NetworkBlocks.model_validate({**KEYS, "zone": zones}), foundation=foundation
    )
    network.zones["public"].record("home", "agora.example", "A", ["192.0.2.1"])
    blocks = AccessBlocks.model_validate({**KEYS, "sign_in": {"tier": foundation.tier, **values}})
    return AccessModule(stack, "access", blocks=blocks, network=network, foundation=foundation)


def test_custom_domain_has_a_certificate_in_us_east_1_and_depends_on_an_earlier_address(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        module(stack, foundation, domain="auth.agora.example")

    template = built(tmp_path, build)
    for kind in ("aws_acm_certificate", "aws_acm_certificate_validation"):
        assert template.only(kind)["provider"] == "aws.us-east-1"
    assert "provider" not in template.only("aws_cognito_user_pool_domain")
    assert template.only("aws_cognito_user_pool_domain")["depends_on"] == ["aws_route53_record.zone_public_home"]


def test_text_messages_have_a_role_for_this_pool_only(archive: Template) -> None:
    pool = archive.resource("aws_cognito_user_pool.sign_in_users")
    assert pool["sms_configuration"] == {
        "external_id": "mobile-archive-users",
        "sns_caller_arn": "${aws_iam_role.sign_in_text_messages.arn}",
    }
    trust = json.loads(archive.resource("aws_iam_role.sign_in_text_messages")["assume_role_policy"])
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "cognito-idp.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "555555555555", "sts:ExternalId": "mobile-archive-users"}
    }
    (send,) = archive.policy("aws_iam_role_policy.sign_in_text_messages")
    assert send["Action"] == ["sns:Publish"]


def test_load_balancer_gets_a_client_with_a_secret(tmp_path: Path) -> None:
    def build(stack: TerraformStack, foundation: Foundation) -> None:
        sign_in = module(stack, foundation).sign_in
        action = sign_in.for_load_balancer("public", ["a.agora.example", "b.agora.example"])
        assert action.user_pool_domain == sign_in.domain

    template = built(tmp_path, build)
    client = template.resource("aws_cognito_user_pool_client.sign_in_load_balancer_public")
    assert client["generate_secret"] is True
    assert client["user_pool_id"] == POOL
    assert client["callback_urls"] == [
        "https://a.agora.example/oauth2/idpresponse",
        "https://b.agora.example/oauth2/idpresponse",
    ]
    assert client["allowed_oauth_scopes"] == ["openid"]
