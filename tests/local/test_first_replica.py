"""A first read replica of plain RDS in production, in two applies.

The embedded AWS refuses what AWS refuses: replicas of an instance whose password RDS manages.
"""

import json
from typing import Any

import pytest

from local_aws.process import LocalAws
from ops.target import Target
from tests.local.account import HEADER
from tests.local.small import Small
from tests.support.environments import ALARMS

ENVIRONMENT = f"""\
{HEADER.replace("development", "production")}
network {{
  cidr               = "10.45.0.0/20"
  availability_zones = ["a", "b"]
  nat                = "none"
}}

database "orders" {{
  engine         = "postgres"
  engine_version = "17.6"
  instance_class = "db.m7g.large"
  # here

  storage {{
    allocated_storage = 20
  }}

  proxy {{}}
}}

{ALARMS}"""
ORDERS_1 = "aws_db_instance.database_orders_1"
COPIED = ENVIRONMENT.replace("# here", "copy_master_user_password = true")
REPLICATED = ENVIRONMENT.replace("# here", "manage_master_user_password = false\n  instances = 2")


@pytest.fixture
def orders(bare_account: Target, local_aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Small:
    environment = Small("orders", tmp_path_factory.mktemp("orders"), local_aws)
    environment.apply(ENVIRONMENT)
    return environment


def test_first_replica_of_plain_rds_causes_no_interruption(orders: Small) -> None:
    rds, secrets = orders.client("rds"), orders.client("secretsmanager")

    def instance() -> dict[str, Any]:
        (found,) = rds.describe_db_instances(DBInstanceIdentifier="mobile-orders-orders-1")["DBInstances"]
        return dict(found)

    def proxy_reads() -> str:
        (proxy,) = rds.describe_db_proxies(DBProxyName="mobile-orders-orders")["DBProxies"]
        return str(proxy["Auth"][0]["SecretArn"])

    def value(secret: str) -> str:
        return str(json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])["password"])

    managed = instance()["MasterUserSecret"]["SecretArn"]
    assert proxy_reads() == managed
    orders.plan(REPLICATED)
    assert (ORDERS_1, "blocked") in orders.refused()

    orders.plan(COPIED)
    assert orders.refused() == set()
    orders.terraform.apply()
    assert orders.plan(COPIED).changes == []
    password = value("mobile/orders/database/orders")
    assert value(managed) == password
    assert proxy_reads() == orders.terraform.outputs()["databases"]["orders"]["secret_arn"] != managed
    assert instance()["MasterUserSecret"]["SecretArn"] == managed

    second = {each.address: each.change.actions for each in orders.plan(REPLICATED).changes}
    assert orders.refused() == set()
    assert second[ORDERS_1] == ("update",)
    assert not any("orders_password" in address or "proxy" in address for address in second)
    orders.terraform.apply()
    assert orders.plan(REPLICATED).changes == []
    assert "MasterUserSecret" not in instance()
    assert instance()["ReadReplicaDBInstanceIdentifiers"] == ["mobile-orders-orders-2"]
    assert value("mobile/orders/database/orders") == password
