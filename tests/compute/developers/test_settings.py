"""The `developers` block: problems, and defaults by tier."""

from pathlib import Path

import pytest

from modules.compute.developers.settings import DevelopersSettings
from modules.environment_files import load
from tests.compute.service.test_settings import DATA as UNNAMED
from tests.compute.service.test_settings import PREREQUISITES, service
from tests.support.environments import ALARMS, DEV, PROD, only_problem, write

DATA = UNNAMED.replace('database "main" {', 'database "main" {\n  database_name = "agora"')
DATABASES = 'databases = { main = "read_only" }'
REASON = 'production_reason = "On-call engineers look into failed payments"'


def developers(*lines: str) -> str:
    """Return the block, whose own lines begin two below the first line of the file after DEV."""
    body = "".join(f"  {line}\n" for line in lines)
    return f"developers {{\n{body}}}\n"


def dev(*lines: str) -> str:
    return DEV + developers(*lines) + DATA + PREREQUISITES + service("port = 8080")


def prod(*lines: str) -> str:
    data = DATA.replace(
        'instance_class = "db.t4g.medium"',
        'instance_class = "db.r8g.large"\n  instances = 2\n  availability_zones = ["a", "c"]',
    )
    data = data.replace('"cache.t4g.micro"', '"cache.t4g.micro"\n  replicas = 1')
    return PROD + developers(*lines) + data + ALARMS


def settings(folder: Path, text: str) -> DevelopersSettings:
    found = load(write(folder, {"x": text}))["x"].settings.developers
    assert found
    return found


def test_sessions_last_a_working_day_in_development_and_an_hour_in_production(tmp_path: Path) -> None:
    assert settings(tmp_path, dev(DATABASES)).maximum_hours == 8
    assert DevelopersSettings(tier="staging", databases={"main": ("read_only",)}).maximum_hours == 4
    assert settings(tmp_path, prod(DATABASES, REASON)).maximum_hours == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (dev(), "x.hcl:10: developers names nothing that developers may reach; write databases"),
        (dev('databases = { main = "admin" }'), "x.hcl:11: developers.databases.main admin is not access"),
        (dev('databases = { other = "read_only" }'), "x.hcl:11: developers.databases other names no `database` block"),
        (
            dev('databases = { main = "read_write" }').replace(
                'database "main" {', 'database "main" {\n  login = "master"'
            ),
            'x.hcl:11: developers.databases.main has login = "master" in database.main, and developers do not log in',
        ),
        (dev('services = ["api", "api"]'), 'x.hcl:11: developers.services ["api", "api"] names api twice'),
        (dev('caches = ["other"]'), "x.hcl:11: developers.caches other names no `cache` block"),
        (dev('services = ["other"]'), "x.hcl:11: developers.services other names no `service` block"),
        (dev('clusters = ["other"]'), "x.hcl:11: developers.clusters other names no `eks` block"),
        (
            dev(DATABASES) + 'ecs "developers" {}\n',
            "ecs.developers has the name of what the `developers` block creates",
        ),
        (dev('services = ["api"]').replace("  port = 8080\n", ""), "x.hcl:11: developers.services api has no port"),
        (prod(DATABASES), "x.hcl:10: developers is not allowed in production without a production_reason"),
    ],
)
def test_problem_has_its_line(tmp_path: Path, text: str, message: str) -> None:
    assert message in only_problem(tmp_path, {"x": text})


NO_NAT = 'availability_zones = ["a", "c"]\n  nat = "none"\n'
ENDPOINTS = '  interface_endpoints = ["ecr.api", "ecr.dkr", "logs"{more}]\n'


def without_nat(image: str, more: str) -> str:
    block = developers('caches = ["sessions"]', image)
    network = DEV.replace('availability_zones = ["a", "c"]\n', NO_NAT + ENDPOINTS.replace("{more}", more))
    return network + block + 'cache "sessions" {\n  node_type = "cache.t4g.micro"\n}\nrepository "developers" {}\n'


def test_network_without_nat_needs_endpoints_and_an_image_of_its_own(tmp_path: Path) -> None:
    copy = 'image = "developers:1.0.0"'
    missing = only_problem(tmp_path, {"x": without_nat(copy, "")})
    assert missing.startswith("x.hcl:12: developers cannot reach ssmmessages: there is no NAT gateway")
    public = only_problem(tmp_path, {"x": without_nat("maximum_hours = 2", ', "ssmmessages"')})
    assert "developers.image public.ecr.aws/amazonlinux/amazonlinux:2023-minimal is in the ECR Public Gallery" in public
    assert settings(tmp_path, without_nat(copy, ', "ssmmessages"')).image == "developers:1.0.0"


def test_environment_without_a_network_has_no_place_for_the_tasks(tmp_path: Path) -> None:
    text = DEV[: DEV.index("network {")] + developers('clusters = ["x"]')
    (tmp_path / "x.hcl").write_text(text)
    with pytest.raises(Exception, match="developers needs app subnets, and there is no VPC"):
        load(tmp_path)
