"""Sites in the synthesized JSON, and the access that their policies grant."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from iam.evaluation import effects
from tests.support.template import Template

PROD_BUCKET = "arn:aws:s3:::agora-prod-site-www-333333333333-ap-northeast-2"
PROD_CONTENT = "arn:aws:s3:::agora-prod-content-333333333333-ap-northeast-2"
DISTRIBUTION = "${aws_cloudfront_distribution.site_www.arn}"
HANDLERS = Path(__file__).parents[3] / "modules" / "edge" / "site" / "viewer_request"

#: Callers, by the condition keys of their requests.
CLOUDFRONT = {
    "aws:principalservicename": "cloudfront.amazonaws.com",
    "aws:principalisawsservice": "true",
    "aws:securetransport": "true",
}
OWN_DISTRIBUTION = {**CLOUDFRONT, "aws:sourcearn": DISTRIBUTION}
OTHER_CALLERS = {
    "another distribution of the account": {
        **CLOUDFRONT,
        "aws:sourcearn": "arn:aws:cloudfront::333333333333:distribution/E2",
    },
    "another account's distribution": {
        **CLOUDFRONT,
        "aws:sourcearn": "arn:aws:cloudfront::999999999999:distribution/E1",
    },
    "CloudFront without a distribution": CLOUDFRONT,
    "another service for the distribution": {**OWN_DISTRIBUTION, "aws:principalservicename": "lambda.amazonaws.com"},
    "anonymous": {"aws:securetransport": "true"},
    "another account": {
        "aws:principalaccount": "999999999999",
        "aws:principalarn": "arn:aws:iam::999999999999:role/x",
        "aws:securetransport": "true",
    },
    "the distribution's ARN, claimed by another account": {
        "aws:principalaccount": "999999999999",
        "aws:principalarn": "arn:aws:iam::999999999999:role/x",
        "aws:sourcearn": DISTRIBUTION,
        "aws:securetransport": "true",
    },
}


def allowed(policy: str, action: str, resource: str, context: dict[str, str]) -> bool:
    return effects(policy, action, resource, context) == {"Allow"}


def bucket_policy(template: Template, name: str = "site_www") -> str:
    return template.only_policy("aws_s3_bucket_policy", name)


def test_distribution_reads_its_pages(prod: Template) -> None:
    policy = bucket_policy(prod)
    assert allowed(policy, "s3:GetObject", f"{PROD_BUCKET}/index.html", OWN_DISTRIBUTION)
    assert not allowed(
        policy, "s3:GetObject", f"{PROD_BUCKET}/index.html", {**OWN_DISTRIBUTION, "aws:securetransport": "false"}
    )


def test_distribution_does_not_read_releases(prod: Template) -> None:
    """A page that was withdrawn still has a copy there, from which the release can be restored."""
    policy = bucket_policy(prod)
    for key in (".releases/20261128T020000Z.json", f".releases/pages/{'0' * 64}"):
        assert not allowed(policy, "s3:GetObject", f"{PROD_BUCKET}/{key}", OWN_DISTRIBUTION)


@pytest.mark.parametrize("caller", OTHER_CALLERS)
def test_other_callers_do_not_read_pages(prod: Template, caller: str) -> None:
    """No statement of the policy grants access to everyone, so other callers need permissions of their own."""
    for action in ("s3:GetObject", "s3:ListBucket", "s3:PutObject"):
        assert not allowed(bucket_policy(prod), action, f"{PROD_BUCKET}/index.html", OTHER_CALLERS[caller])


@pytest.mark.parametrize("action", ["s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:GetObjectAcl"])
def test_distribution_has_no_other_permissions(prod: Template, action: str) -> None:
    assert not allowed(bucket_policy(prod), action, f"{PROD_BUCKET}/index.html", OWN_DISTRIBUTION)
    assert not allowed(bucket_policy(prod), "s3:ListBucket", PROD_BUCKET, OWN_DISTRIBUTION)


def test_bucket_policy_is_not_public(prod: Template) -> None:
    """S3 rejects a public bucket policy with "Access Denied" when Block Public Access is on, as it is here."""
    statements = json.loads(bucket_policy(prod))["Statement"]
    assert [each["Sid"] for each in statements if each["Effect"] == "Allow"] == ["SiteWww"]
    assert "*" not in [each["Principal"] for each in statements if each["Effect"] == "Allow"]
    closed = prod.resource("aws_s3_bucket_public_access_block.site_www")
    assert [value for key, value in closed.items() if key != "bucket"] == [True] * 4


def test_distribution_reads_media_under_its_paths_only(prod: Template) -> None:
    policy = bucket_policy(prod, "bucket_content")
    assert allowed(policy, "s3:GetObject", f"{PROD_CONTENT}/media/a.jpg", OWN_DISTRIBUTION)
    assert not allowed(policy, "s3:GetObject", f"{PROD_CONTENT}/private/a.jpg", OWN_DISTRIBUTION)
    assert not allowed(policy, "s3:PutObject", f"{PROD_CONTENT}/media/a.jpg", OWN_DISTRIBUTION)
    for context in OTHER_CALLERS.values():
        assert not allowed(policy, "s3:GetObject", f"{PROD_CONTENT}/media/a.jpg", context)


def test_distribution_only_decrypts_with_the_object_key(prod: Template) -> None:
    policy = prod.only_policy("aws_kms_key", "foundation_objects_key")
    assert allowed(policy, "kms:Decrypt", "*", OWN_DISTRIBUTION)
    assert not allowed(policy, "kms:GenerateDataKey", "*", OWN_DISTRIBUTION)
    for context in OTHER_CALLERS.values():
        assert not allowed(policy, "kms:Decrypt", "*", context)


def test_kms_encrypted_site_has_one_key_policy_statement(archive: Template) -> None:
    encryption = archive.resource("aws_s3_bucket_server_side_encryption_configuration.site_www")
    default = encryption["rule"][0]["apply_server_side_encryption_by_default"]
    assert default["kms_master_key_id"] == "${aws_kms_key.foundation_objects_key.arn}"
    sids = [each["Sid"] for each in archive.policy("aws_kms_key.foundation_objects_key")]
    assert sids.count("SiteWww") == 1
    assert "SiteHandbook" not in sids


def test_distribution_has_names_certificate_and_records(prod: Template) -> None:
    distribution = prod.resource("aws_cloudfront_distribution.site_www")
    expected = {
        "aliases": ["www.agora.example"],
        "default_root_object": "index.html",
        "http_version": "http2and3",
        "is_ipv6_enabled": True,
        "price_class": "PriceClass_All",
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
        "web_acl_id": "${aws_wafv2_web_acl.firewall_cloudfront.arn}",
        "viewer_certificate": {
            "acm_certificate_arn": "${aws_acm_certificate_validation.certificate_site_www.certificate_arn}",
            "minimum_protocol_version": "TLSv1.2_2021",
            "ssl_support_method": "sni-only",
        },
    }
    assert {key: distribution[key] for key in expected} == expected
    assert prod.resource("aws_acm_certificate.certificate_site_www")["provider"] == "aws.us-east-1"
    for kind in ("A", "AAAA"):
        record = prod.resource(f"aws_route53_record.zone_public_site_www__agora__example_{kind.lower()}")
        assert (record["name"], record["type"]) == ("www.agora.example", kind)
        assert record["alias"]["name"] == "${aws_cloudfront_distribution.site_www.domain_name}"
        assert record["alias"]["evaluate_target_health"] is False


def test_pages_use_https_and_compression_and_are_cached_for_a_minute(prod: Template) -> None:
    distribution = prod.resource("aws_cloudfront_distribution.site_www")
    pages = distribution["default_cache_behavior"]
    assert (pages["viewer_protocol_policy"], pages["compress"]) == ("redirect-to-https", True)
    assert pages["allowed_methods"] == ["GET", "HEAD"]
    assert pages["cache_policy_id"] == "${aws_cloudfront_cache_policy.site_www_pages.id}"
    ttl = {
        name: [policy[key] for key in ("min_ttl", "default_ttl", "max_ttl")]
        for name, policy in prod.resources("aws_cloudfront_cache_policy").items()
    }
    assert ttl == {"site_www_pages": [60] * 3, "site_www_hashed": [31_536_000] * 3}
    hashed = {each["path_pattern"]: each for each in distribution["ordered_cache_behavior"]}["/assets/*"]
    assert hashed["cache_policy_id"] == "${aws_cloudfront_cache_policy.site_www_hashed.id}"
    assert "function_association" not in hashed


def security(template: Template, name: str) -> dict[str, Any]:
    found = template.resource(f"aws_cloudfront_response_headers_policy.{name}")["security_headers_config"]
    assert isinstance(found, dict)
    return found


def test_pages_have_security_headers(prod: Template, archive: Template) -> None:
    headers = security(prod, "site_www_pages")
    assert headers["strict_transport_security"]["access_control_max_age_sec"] == 31_536_000
    assert headers["content_type_options"] == {"override": True}
    assert headers["frame_options"] == {"frame_option": "DENY", "override": True}
    assert headers["referrer_policy"]["referrer_policy"] == "strict-origin-when-cross-origin"
    policy = headers["content_security_policy"]["content_security_policy"]
    assert policy.startswith("default-src 'self'") and policy.endswith("frame-ancestors 'none'")
    own = security(archive, "site_www_pages")["content_security_policy"]["content_security_policy"]
    assert own.endswith("frame-ancestors 'self'")


def test_media_has_a_restrictive_content_security_policy(prod: Template) -> None:
    policy = security(prod, "site_www_media_content")["content_security_policy"]
    assert policy["content_security_policy"] == "default-src 'none'; sandbox"


def behaviors(template: Template, name: str) -> dict[str, dict[str, Any]]:
    found = template.resource(f"aws_cloudfront_distribution.{name}")["ordered_cache_behavior"]
    return {each["path_pattern"]: each for each in found}


def test_api_is_not_cached_and_gets_the_whole_request(archive: Template) -> None:
    found = behaviors(archive, "site_www")
    assert list(found) == ["/api/*", "/socket", "/media/*", "/sold/*", "/rented/*", "/assets/*", "/fonts/*"]
    api = found["/api/*"]
    assert api["cache_policy_id"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
    assert api["origin_request_policy_id"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert set(api["allowed_methods"]) == {"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
    assert (api["viewer_protocol_policy"], api["target_origin_id"]) == ("https-only", "api")
    assert "function_association" not in api


def test_errors_of_an_api_are_neither_cached_nor_replaced(archive: Template) -> None:
    """CloudFront's error pages apply to a whole distribution: they must not replace a 404 of the API."""
    errors = archive.resource("aws_cloudfront_distribution.site_www")["custom_error_response"]
    assert {404, 403, 500} <= {each["error_code"] for each in errors}
    assert all(set(each) == {"error_code", "error_caching_min_ttl"} for each in errors)
    assert {each["error_caching_min_ttl"] for each in errors} == {0}


def test_error_page_without_an_api_is_returned_with_404(archive: Template, dev: Template) -> None:
    errors = archive.resource("aws_cloudfront_distribution.site_status")["custom_error_response"]
    found = [(each["error_code"], each["response_code"], each["response_page_path"]) for each in errors]
    assert found == [(403, 404, "/404.html"), (404, 404, "/404.html")]
    assert "custom_error_response" not in dev.resource("aws_cloudfront_distribution.site_www")


def origins(template: Template, name: str) -> dict[str, dict[str, Any]]:
    found = template.resource(f"aws_cloudfront_distribution.{name}")["origin"]
    return {each["origin_id"]: each for each in found}


def test_internet_facing_api_is_a_custom_origin_with_https(archive: Template) -> None:
    api = origins(archive, "site_www")["api"]
    assert api["domain_name"] == "archive.mobile.example"
    assert api["custom_origin_config"]["origin_protocol_policy"] == "https-only"
    assert api["custom_origin_config"]["origin_ssl_protocols"] == ["TLSv1.2"]
    assert api["custom_origin_config"]["origin_read_timeout"] == 60
    # A secret header would be in the state, and anyone who can read it could impersonate CloudFront.
    assert "custom_header" not in api


def test_internal_api_is_a_vpc_origin(archive: Template) -> None:
    api = origins(archive, "site_handbook")["api"]
    assert api["domain_name"] == "inside.archive.mobile.example"
    assert api["vpc_origin_config"]["vpc_origin_id"] == "${aws_cloudfront_vpc_origin.site_handbook.id}"
    (endpoint,) = archive.resource("aws_cloudfront_vpc_origin.site_handbook")["vpc_origin_endpoint_config"]
    assert endpoint["arn"] == "${aws_lb.load_balancer_inside.arn}"
    assert endpoint["origin_protocol_policy"] == "https-only"
    assert set(archive.resources("aws_cloudfront_vpc_origin")) == {"site_handbook"}


def test_internal_load_balancer_allows_the_vpc_origin(archive: Template) -> None:
    rule = archive.resource("aws_vpc_security_group_ingress_rule.load_balancer_inside_https_from_cloudfront")
    prefix_list = "data.aws_ec2_managed_prefix_list.load_balancer_inside"
    assert rule["prefix_list_id"] == f"${{{prefix_list}.id}}"
    assert (rule["from_port"], rule["to_port"]) == (443, 443)
    assert rule["security_group_id"] == "${aws_security_group.load_balancer_inside.id}"
    # The other rules are unchanged.
    archive.resource("aws_vpc_security_group_ingress_rule.load_balancer_inside_http_from_vpc")


def test_buckets_have_an_origin_access_control(prod: Template) -> None:
    found = origins(prod, "site_www")
    buckets = {name: each for name, each in found.items() if name != "api"}
    assert set(buckets) == {"pages", "media-content"}
    assert {each["origin_access_control_id"] for each in buckets.values()} == {
        "${aws_cloudfront_origin_access_control.site_www.id}"
    }
    assert found["pages"]["domain_name"] == "${aws_s3_bucket.site_www.id}.s3.ap-northeast-2.amazonaws.com"
    control = prod.resource("aws_cloudfront_origin_access_control.site_www")
    assert (control["signing_behavior"], control["signing_protocol"]) == ("always", "sigv4")


def test_signed_urls_have_a_key_group(archive: Template) -> None:
    found = behaviors(archive, "site_www")
    assert found["/sold/*"]["trusted_key_groups"] == ["${aws_cloudfront_key_group.site_www.id}"]
    assert "trusted_key_groups" not in found["/media/*"]
    group = archive.resource("aws_cloudfront_key_group.site_www")
    assert group["items"] == ["${aws_cloudfront_public_key.site_www_first.id}"]
    assert archive.resource("aws_cloudfront_public_key.site_www_first")["encoded_key"].startswith("-----BEGIN PUBLIC")


def test_geo_restriction_allows_or_denies_countries(archive: Template) -> None:
    found = {
        name: archive.resource(f"aws_cloudfront_distribution.{name}")["restrictions"]["geo_restriction"]
        for name in ("site_www", "site_status")
    }
    assert found == {
        "site_www": {"restriction_type": "whitelist", "locations": ["KR", "JP", "US"]},
        "site_status": {"restriction_type": "blacklist", "locations": ["AQ"]},
    }


def test_access_logs_are_delivered_without_acls(prod: Template) -> None:
    source = prod.resource("aws_cloudwatch_log_delivery_source.site_www")
    assert (source["log_type"], source["resource_arn"]) == ("ACCESS_LOGS", DISTRIBUTION)
    destination = prod.resource("aws_cloudwatch_log_delivery_destination.site_www")
    logs = "arn:aws:s3:::agora-prod-logs-333333333333-ap-northeast-2"
    assert destination["delivery_destination_configuration"] == [{"destination_resource_arn": f"{logs}/sites/www"}]
    delivery = prod.resource("aws_cloudwatch_log_delivery.site_www")
    assert delivery["depends_on"] == ["aws_s3_bucket_policy.foundation_logs"]
    assert {each["provider"] for each in (source, destination, delivery)} == {"aws.us-east-1"}
    policy = bucket_policy(prod, "foundation_logs")
    delivering = {
        "aws:principalservicename": "delivery.logs.amazonaws.com",
        "aws:sourceaccount": "333333333333",
        "aws:sourcearn": "arn:aws:logs:us-east-1:333333333333:delivery-source:agora-prod-site-www",
        "aws:securetransport": "true",
    }
    written = f"{logs}/sites/www/E2EXAMPLE.2026-09-01-00.0a1b2c3d.gz"
    assert allowed(policy, "s3:PutObject", written, delivering)
    assert not allowed(policy, "s3:PutObject", written, {**delivering, "aws:sourceaccount": "999999999999"})
    assert "logging_config" not in prod.resource("aws_cloudfront_distribution.site_www")


def test_publish_commands_are_in_the_outputs(prod: Template, archive: Template) -> None:
    bucket = "s3://agora-prod-site-www-333333333333-ap-northeast-2"
    assert prod.json["output"]["sites"]["value"]["www"]["publish"] == [
        f"aws s3 sync . {bucket} --exclude '*' --include 'assets/*' "
        "--cache-control 'public, max-age=31536000, immutable'",
        f"aws s3 sync . {bucket} --exclude 'assets/*' --exclude '.releases/*' --delete --cache-control 'no-cache'",
        "aws cloudfront create-invalidation --distribution-id ${aws_cloudfront_distribution.site_www.id} --paths '/*'",
    ]
    assert len(archive.json["output"]["sites"]["value"]["status"]["publish"]) == 2


def test_function_has_the_code_of_the_routing(prod: Template, archive: Template) -> None:
    for template, name, routing in ((prod, "site_www", "single-page"), (archive, "site_handbook", "folders")):
        function = template.resource(f"aws_cloudfront_function.{name}")
        assert (function["publish"], function["runtime"]) == (True, "cloudfront-js-2.0")
        assert function["code"] == (HANDLERS / f"{routing}.js").read_text()


@pytest.mark.parametrize(
    ("routing", "path", "expected"),
    [
        ("single-page", "/", "/index.html"),
        ("single-page", "/posts/7", "/index.html"),
        ("single-page", "/v1.2/posts", "/index.html"),
        ("single-page", "/favicon.ico", "/favicon.ico"),
        ("folders", "/", "/index.html"),
        ("folders", "/docs/", "/docs/index.html"),
        ("folders", "/docs", "301 /docs/"),
        ("folders", "//evil%2Eexample", "301 /evil%2Eexample/"),
        ("folders", "/\\evil%2Eexample", "301 /evil%2Eexample/"),
        ("folders", "/style.css", "/style.css"),
    ],
)
def test_path_returns_the_page_of_its_routing(routing: str, path: str, expected: str) -> None:
    """Runs the JavaScript of the CloudFront functions."""
    node = shutil.which("node")
    assert node, "node is required, as for CDKTF"
    script = (
        (HANDLERS / f"{routing}.js").read_text()
        + f"\nvar output = handler({{request: {{uri: {json.dumps(path)}}}}});"
        + "\nconsole.log(output.uri || output.statusCode + ' ' + output.headers.location.value);"
    )
    result = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == expected
