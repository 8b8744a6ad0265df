"""Users in databases: their names, the event that creates them, and what blocks cannot have."""

import re
import ssl
from pathlib import Path

import pytest
from cryptography import x509

from modules.data.database.keys.users import USER_NAME_LIMIT, user_names
from modules.events.keys.login_functions import CERTIFIED_REGIONS
from modules.foundation.settings import REGIONS
from ops.workspace import PROJECT
from tests.data.database.test_settings import AURORA, RDS
from tests.support.environments import DEV, only_problem, problems_of

CERTIFICATES = PROJECT / "lambdas" / "database_logins" / "rds-certificates.pem"
NAT = DEV.replace('["a", "c"]', '["a", "c"]\n  nat                = "single"')
DATABASE = AURORA.replace("# here", 'database_name = "agora"\n  # here')
FUNCTION = """\
function "copy" {
  code   = "maintenance"
  in_vpc = true
  databases = { main = "read_write" }
}
"""


def test_names_are_those_of_the_program_within_the_limit_of_the_engine() -> None:
    assert user_names("service-api", ("read_write",), "mysql") == {"read_write": "gw_service_api"}
    assert user_names("service-api", ("read_write", "migrate"), "mysql") == {
        "read_write": "gw_service_api",
        "migrate": "gw_service_api_migrate",
    }
    long = "scheduled-task-" + "a" * 31
    names = {dialect: user_names(long, ("migrate",), dialect)["migrate"] for dialect in USER_NAME_LIMIT}
    assert len(names["mysql"]) == 32
    assert names["postgres"] == f"gw_{long.replace('-', '_')}"
    other = user_names(long[:-1] + "b", ("migrate",), "mysql")["migrate"]
    assert other != names["mysql"]
    assert all(re.fullmatch(r"gw_[a-z0-9_]+", name) for name in (*names.values(), other))


@pytest.mark.parametrize(
    ("database", "function", "message"),
    [
        (DATABASE, FUNCTION.replace("read_write", "read"), 'write "read_only"'),
        (DATABASE, FUNCTION.replace("read_write", "owner"), "is not access to a database"),
        (DATABASE, FUNCTION.replace('"read_write"', '["read_write", "read_only"]'), "followed by migrate"),
        (DATABASE, FUNCTION.replace('"read_write"', '["migrate", "read_write"]'), "followed by migrate"),
        (
            DATABASE.replace("# here", 'login = "master"'),
            FUNCTION.replace("read_write", "read_only"),
            'function.copy.databases.main read_only needs users of its own, and database.main has login = "master"',
        ),
        (AURORA, FUNCTION, "write database.main.database_name"),
        (
            DATABASE.replace("# here", "iam_database_authentication_enabled = false"),
            FUNCTION,
            "database.main.iam_database_authentication_enabled false is false, and programs log in by IAM",
        ),
        (
            DATABASE.replace("# here", 'master_username = "gw_admin"'),
            FUNCTION,
            "database.main.master_username gw_admin begins with gw_",
        ),
        (
            DATABASE.replace("# here", "password_rotation_days = 7"),
            FUNCTION,
            "database.main.password_rotation_days 7 has no effect",
        ),
        (
            DATABASE,
            FUNCTION + 'function "database-main-logins" { code = "maintenance" }\n',
            "function.database-main-logins has the same name as the function of database.main",
        ),
    ],
)
def test_invalid_logins_are_problems_with_their_line(
    tmp_path: Path, database: str, function: str, message: str
) -> None:
    problem = only_problem(tmp_path, {"dev": NAT + database + function})
    assert re.match(r"dev\.hcl:\d+: ", problem)
    assert message in problem


def test_a_function_without_a_way_to_secrets_manager_is_a_problem(tmp_path: Path) -> None:
    message = "database.main.login cannot reach secretsmanager: there is no NAT gateway"
    without = NAT.replace('"single"', '"none"')
    assert message in only_problem(tmp_path, {"dev": without + DATABASE})
    assert problems_of(tmp_path, {"dev": without + DATABASE.replace("# here", 'login = "master"')}) == []


def test_a_region_without_certificates_is_a_problem(tmp_path: Path) -> None:
    elsewhere = NAT.replace("ap-northeast-2", "ca-west-1").replace('["a", "c"]', '["a", "b"]')
    problem = only_problem(tmp_path, {"dev": elsewhere + DATABASE})
    assert "needs a function that verifies certificates of RDS, and it has none of ca-west-1" in problem


def test_two_programs_with_one_user_are_a_problem(tmp_path: Path) -> None:
    both = "".join(
        FUNCTION.replace('"copy"', f'"{label}"').replace('"read_write"', rights)
        for label, rights in (("copy", '["read_write", "migrate"]'), ("copy-migrate", '"read_only"'))
    )
    problem = only_problem(tmp_path, {"dev": NAT + DATABASE + both})
    assert "has the user gw_function_copy_migrate, which function.copy.databases also has" in problem


def test_plain_rds_with_a_proxy_and_passwords_is_valid(tmp_path: Path) -> None:
    rds = RDS.replace(
        "# here", 'database_name = "agora"\n  login = "password"\n  password_rotation_days = 7\n  proxy {}'
    )
    assert problems_of(tmp_path, {"dev": NAT + rds + FUNCTION}) == []


def test_certificates_are_those_of_the_certified_regions() -> None:
    ssl.create_default_context(cafile=str(CERTIFICATES))
    found: dict[str, set[str]] = {}
    for each in x509.load_pem_x509_certificates(CERTIFICATES.read_bytes()):
        match = re.search(r"CN=Amazon RDS (\S+) Root CA (\S+) G1", each.subject.rfc4514_string())
        assert match
        found.setdefault(match[1], set()).add(match[2])
    assert found == {region: {"RSA2048", "RSA4096", "ECC384"} for region in CERTIFIED_REGIONS}
    assert set(REGIONS) >= CERTIFIED_REGIONS
