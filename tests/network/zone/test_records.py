"""The synthesized records, health checks, and query logs of zones."""

from iam.evaluation import effects
from tests.support.template import Template

PUBLIC = "aws_route53_record.zone_public"


def test_caa_record_names_amazon_unless_the_file_names_others(prod: Template, archive: Template) -> None:
    caa = prod.resource(f"{PUBLIC}_caa")
    assert (caa["name"], caa["type"], caa["records"]) == ("agora.example", "CAA", ['0 issue "amazon.com"'])
    assert archive.resource(f"{PUBLIC}_caa")["records"] == ['0 issue "amazon.com"', '0 issue "letsencrypt.org"']


def test_delegation_creates_an_ns_record_in_the_parent_zone(prod: Template, dev: Template) -> None:
    for environment in ("dev", "staging"):
        record = prod.resource(f"{PUBLIC}_delegation_{environment}")
        assert (record["name"], record["type"], record["ttl"]) == (f"{environment}.agora.example", "NS", 3600)
        assert len(record["records"]) == 4
    assert dev.resource("aws_route53_zone.zone_public")["name"] == "dev.agora.example"


def test_weighted_records_share_a_name(archive: Template) -> None:
    blue, green = archive.resource(f"{PUBLIC}_record_blue"), archive.resource(f"{PUBLIC}_record_green")
    assert blue["name"] == green["name"] == "api.mobile.example"
    assert (blue["set_identifier"], blue["weighted_routing_policy"]) == ("archive-blue", {"weight": 90})
    assert (green["set_identifier"], green["weighted_routing_policy"]) == ("archive-green", {"weight": 10})
    assert blue["health_check_id"] == "${aws_route53_health_check.zone_public_cluster.id}"
    assert "health_check_id" not in green


def test_latency_and_failover_records_have_their_routing_policies(archive: Template) -> None:
    here = archive.resource(f"{PUBLIC}_record_here_a")
    assert here["latency_routing_policy"] == {"region": "us-east-1"}
    assert here["alias"]["evaluate_target_health"] is True
    first, last = archive.resource(f"{PUBLIC}_record_first"), archive.resource(f"{PUBLIC}_record_last")
    assert (first["failover_routing_policy"], last["failover_routing_policy"]) == (
        {"type": "PRIMARY"},
        {"type": "SECONDARY"},
    )
    assert first["health_check_id"] == "${aws_route53_health_check.zone_public_port.id}"


def test_health_checks_have_the_settings_of_their_protocol(archive: Template) -> None:
    cluster = archive.resource("aws_route53_health_check.zone_public_cluster")
    assert (cluster["type"], cluster["port"], cluster["resource_path"]) == ("HTTPS", 443, "/healthz")
    assert (cluster["enable_sni"], cluster["request_interval"], cluster["failure_threshold"]) == (True, 30, 3)
    port = archive.resource("aws_route53_health_check.zone_public_port")
    assert (port["type"], port["request_interval"]) == ("TCP", 10)
    assert not {"resource_path", "enable_sni"} & port.keys()


def test_query_logs_are_in_us_east_1(prod: Template) -> None:
    addresses = (
        "aws_cloudwatch_log_group.zone_public_query_logs",
        "aws_cloudwatch_log_resource_policy.zone_query_logs",
    )
    for address in addresses:
        assert prod.resource(address)["provider"] == "aws.us-east-1"
    assert prod.resource(addresses[0])["name"] == "/agora/prod/route53/public"
    log = prod.resource("aws_route53_query_log.zone_public")
    assert log["depends_on"] == [addresses[1]]
    assert log["cloudwatch_log_group_arn"] == f"${{{addresses[0]}.arn}}"


def test_query_log_policy_allows_only_route_53_for_this_zone(prod: Template) -> None:
    policy = prod.resource("aws_cloudwatch_log_resource_policy.zone_query_logs")["policy_document"]
    ours = "arn:aws:route53:::hostedzone/${aws_route53_zone.zone_public.zone_id}"
    group = "arn:aws:logs:us-east-1:333333333333:log-group:/agora/prod/route53/public:log-stream:Z1/ICN54"

    def result(action: str, resource: str = group, zone: str = ours, account: str = "333333333333") -> set[str]:
        context = {
            "aws:principalservicename": "route53.amazonaws.com",
            "aws:sourceaccount": account,
            "aws:sourcearn": zone,
        }
        return effects(policy, action, resource, context)

    assert result("logs:CreateLogStream") == result("logs:PutLogEvents") == {"Allow"}
    assert result("logs:DeleteLogStream") == set()
    assert result("logs:PutLogEvents", zone="arn:aws:route53:::hostedzone/ZOTHER") == set()
    assert result("logs:PutLogEvents", account="999999999999") == set()
    assert result("logs:PutLogEvents", resource=group.replace("public", "private")) == set()
