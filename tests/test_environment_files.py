"""Problems of environment files, with line, rule, and remedy."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modules.environment_files import load
from modules.foundation.problems import SettingsError
from tests.support.days import READ
from tests.support.environments import DEV, PROD, only_problem, problems_of, write

REFERENCE = Path(__file__).parent.parent / "envs"


def changed(text: str, before: str, after: str) -> str:
    assert before in text
    return text.replace(before, after)


def test_reference_environments_have_no_problems_and_no_warnings() -> None:
    files = load(REFERENCE)
    assert list(files) == ["dev", "prod", "staging"]
    assert [warning for file in files.values() for warning in file.warnings(READ)] == []


def test_lines_of_several_files() -> None:
    files = load(REFERENCE)
    text = (REFERENCE / "prod.hcl").read_text().splitlines()
    line = files["prod"].document.line(("network", "cidr"))
    assert "cidr" in text[line - 1]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            '"111111111111"',
            '"11111111111"',
            "dev.hcl:2: account_id 11111111111 is not an AWS account ID: it has 11 characters, but an account ID has "
            "12 digits; write the account ID",
        ),
        ('"111111111111"', "111111111111", "dev.hcl:2: account_id 111111111111 is a number, but a string is required"),
        ('"ap-northeast-2"', '"ap-northeast-9"', "dev.hcl:3: region ap-northeast-9 is not an AWS Region; write one"),
        ('"development"', '"dev"', "dev.hcl:4: tier dev should be 'development', 'staging' or 'production'"),
        ('"agora"', '"Agora!"', "dev.hcl:1: product Agora! is not a product name: 3 or more lowercase letters"),
        ('"agora"', '"a--b"', "dev.hcl:1: product a--b is not a product name"),
        ('"agora"', '"internal-x"', "dev.hcl:1: product internal-x begins with internal, which AWS reserves"),
        ('"agora"', '"aws"', "dev.hcl:1: product aws begins with aws, which AWS reserves: aliases of KMS keys"),
        ('product    = "agora"\n', "", 'dev.hcl:1: product is missing; write `product = "agora"`'),
        (
            "10.20.0.0/20",
            "10.20.1.0/20",
            'dev.hcl:7: network.cidr 10.20.1.0/20 has host bits set beyond its prefix length; write "10.20.0.0/20"',
        ),
        ("10.20.0.0/20", "10.20.0.0", "dev.hcl:7: network.cidr 10.20.0.0 is not an address range in CIDR notation"),
        ("10.20.0.0/20", "10.20.0.300/20", "dev.hcl:7: network.cidr 10.20.0.300/20 is not an IPv4 range"),
        ("10.20.0.0/20", "fd00::/8", "dev.hcl:7: network.cidr fd00::/8 is not an IPv4 range"),
        ("10.20.0.0/20", "8.8.0.0/20", "dev.hcl:7: network.cidr 8.8.0.0/20 is not a private range"),
        ("10.20.0.0/20", "172.17.16.0/20", "dev.hcl:7: network.cidr 172.17.16.0/20 overlaps 172.17.0.0/16"),
        ("10.20.0.0/20", "10.0.0.0/15", "dev.hcl:7: network.cidr 10.0.0.0/15 is not the size of a VPC"),
        (
            "10.20.0.0/20",
            "10.20.0.0/21",
            "dev.hcl:7: network.cidr 10.20.0.0/21 is too small: public 4 x /26 + app 4 x /23 + data 4 x /26 "
            "+ endpoint 4 x /26 = 2816 addresses, a /21 has 2048; write a /20, or smaller subnet_sizes or fewer "
            "clusters (now 1; neither can be changed later)",
        ),
        (
            '["a", "c"]',
            '["a"]',
            'dev.hcl:8: network.availability_zones ["a"] does not have two or three zones: the failure',
        ),
        ('["a", "c"]', '["a", "b", "c", "d"]', "dev.hcl:8: network.availability_zones"),
        ('["a", "c"]', '["a", "a"]', 'dev.hcl:8: network.availability_zones ["a", "a"] names zone a twice'),
        ('["a", "c"]', '["a", "e"]', 'dev.hcl:8: network.availability_zones ["a", "e"] names a and e, which share'),
        ('["a", "c"]', '["a", "z"]', "dev.hcl:8: network.availability_zones.1 z should be"),
        ('["a", "c"]', '["a", "c"]\n  clusters = 5', "dev.hcl:9: network.clusters 5 should be less than or equal to 4"),
        (
            '["a", "c"]',
            '["a", "c"]\n  clusters = true',
            "dev.hcl:9: network.clusters true is a boolean, but a number is required",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  internet = false\n  nat = "per_zone"',
            "dev.hcl:10: network.nat per_zone needs an internet gateway, and internet = false; write nat",
        ),
        ('["a", "c"]', '["a", "c"]\n  nat = "double"', "dev.hcl:9: network.nat double should be"),
        (
            '["a", "c"]',
            '["a", "c"]\n  subnet_sizes {\n    public = "/28"\n  }',
            "dev.hcl:10: network.subnet_sizes.public /28 is too small for a load balancer, which needs a /27",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  subnet_sizes {\n    data = 26\n  }',
            "dev.hcl:10: network.subnet_sizes.data 26 is not the size of a subnet",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  subnet_sizes {\n    data = "/30"\n  }',
            "dev.hcl:10: network.subnet_sizes.data /30 is not the size of a subnet",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  interface_endpoints = ["ecr-api"]',
            "dev.hcl:9: network.interface_endpoints.0 ecr-api is not a known interface endpoint; write one of ecr.api",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  interface_endpoints = ["s3"]',
            "dev.hcl:9: network.interface_endpoints.0 s3 always has a gateway endpoint",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  reserved_cidrs = ["10.16.0.0/12"]',
            "dev.hcl:7: network.cidr 10.20.0.0/20 overlaps reserved_cidrs 10.16.0.0/12 (dev.hcl:9); choose a range "
            "outside it, for example 10.32.0.0/20",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  direct_connect {\n    corporate_cidrs = ["10.0.0.0/8"]\n  }',
            "dev.hcl:7: network.cidr 10.20.0.0/20 overlaps corporate_cidrs 10.0.0.0/8 (dev.hcl:10); choose a range "
            "outside it, for example 172.16.0.0/20",
        ),
        (
            '["a", "c"]',
            '["a", "c"]\n  direct_connect {\n    corporate_cidrs = ["192.168.0.0/16"]\n    amazon_side_asn = 7224\n  }',
            "dev.hcl:11: network.direct_connect.amazon_side_asn 7224 is not a private autonomous system number",
        ),
        ("availability_zones", "availability_zone", "dev.hcl:8: network.availability_zone is not a known key; did you"),
        ("network {", 'network "main" {', "dev.hcl:6: network.main has no label"),
        ("network {", 'network {\n  tier = "staging"', "dev.hcl:7: network.tier is not a known key"),
    ],
)
def test_wrong_input_names_file_line_value_rule_and_remedy(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert only_problem(tmp_path, {"dev": changed(DEV, before, after)}).startswith(message)


def test_all_problems_are_reported_together(tmp_path: Path) -> None:
    wrong = changed(changed(DEV, '"111111111111"', '"1"'), '["a", "c"]', '["a"]')
    problems = problems_of(tmp_path, {"dev": wrong, "prod": "network {\n"})
    assert [(Path(each.file).name, each.line) for each in problems] == [("dev.hcl", 2), ("dev.hcl", 8), ("prod.hcl", 1)]


def test_duplicate_block_is_a_problem(tmp_path: Path) -> None:
    assert only_problem(tmp_path, {"dev": DEV + "network {\n}\n"}).startswith(
        "dev.hcl:10: network is in the file twice, first in line 6"
    )


@pytest.mark.parametrize("name", ["Dev", "1dev", "dev_1", "dev.1", "a" * 21, "dev-", "entwicklung-für-alle", "ü"])
def test_name_that_terraform_or_s3_rejects_is_a_problem(tmp_path: Path, name: str) -> None:
    assert "is not a name that Terraform, S3, IAM, and RDS all accept" in only_problem(tmp_path, {name: DEV})


@pytest.mark.parametrize("name", ["account", "account-1"])
def test_reserved_environment_name_is_a_problem(tmp_path: Path, name: str) -> None:
    assert "is a name that Groundwork reserves" in only_problem(tmp_path, {name: DEV})


def test_folder_without_environments_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="has no environment files"):
        load(tmp_path)
    with pytest.raises(SettingsError, match="is not a folder"):
        load(tmp_path / "nowhere")


def test_overlapping_ranges_of_two_environments_are_a_problem(tmp_path: Path) -> None:
    prod = changed(PROD, "10.20.16.0/20", "10.20.8.0/21")
    prod = changed(prod, '["a", "c"]', '["a", "c"]\n  subnet_sizes {\n    app = "/24"\n  }')
    assert only_problem(tmp_path, {"dev": DEV, "prod": prod}) == (
        "prod.hcl:7: network.cidr 10.20.8.0/21 overlaps dev's 10.20.0.0/20 (" + str(tmp_path) + "/dev.hcl:7); "
        "choose a range outside it, for example 10.20.16.0/21"
    ).replace(f"{tmp_path}/", "")


def test_range_reserved_in_one_file_is_reserved_in_all(tmp_path: Path) -> None:
    dev = changed(DEV, '["a", "c"]', '["a", "c"]\n  reserved_cidrs = ["10.20.16.0/24"]')
    assert only_problem(tmp_path, {"dev": dev, "prod": PROD}).startswith(
        "prod.hcl:7: network.cidr 10.20.16.0/20 overlaps reserved_cidrs 10.20.16.0/24 (dev.hcl:9)"
    )


def test_development_and_production_in_one_account_is_a_problem(tmp_path: Path) -> None:
    prod = changed(PROD, "3" * 12, "1" * 12)
    assert only_problem(tmp_path, {"dev": DEV, "prod": prod}).startswith(
        "prod.hcl:2: account_id 111111111111 is also the account of dev (dev.hcl:2): development and production "
        "must be in different accounts"
    )


def test_development_and_staging_may_share_an_account(tmp_path: Path) -> None:
    staging = changed(changed(DEV, "development", "staging"), "10.20.0.0/20", "10.20.16.0/20")
    assert problems_of(tmp_path, {"dev": DEV, "staging": staging}) == []


def test_two_states_with_the_same_key_are_a_problem(tmp_path: Path) -> None:
    same = 'state {\n  key = "x.tfstate"\n}\n'
    other = changed(DEV, "10.20.0.0/20", "10.20.16.0/20")
    assert only_problem(tmp_path, {"dev": DEV + same, "dev2": other + same}).startswith(
        "dev2.hcl:11: state.key x.tfstate is also the state of dev (dev.hcl:11)"
    )


def test_two_state_buckets_in_one_account_are_a_problem(tmp_path: Path) -> None:
    other = changed(changed(DEV, "10.20.0.0/20", "10.20.16.0/20"), "ap-northeast-2", "us-east-1")
    message = only_problem(tmp_path, {"dev": DEV, "dev2": other})
    assert "is not ap-northeast-2, the Region of the account's state bucket" in message
    (tmp_path / "dev2.hcl").write_text(other + 'state {\n  region = "ap-northeast-2"\n}\n')
    assert load(tmp_path)["dev2"].settings.state_region == "ap-northeast-2"


def test_two_products_in_one_folder_are_a_problem(tmp_path: Path) -> None:
    assert "one folder describes one product" in only_problem(
        tmp_path, {"dev": DEV, "prod": changed(PROD, '"agora"', '"forum"')}
    )


def test_production_requires_a_nat_gateway_in_each_zone(tmp_path: Path) -> None:
    network = load(write(tmp_path, {"prod": PROD}))["prod"].settings.network
    assert network is not None
    assert network.nat == "per_zone"
    single = changed(PROD, '["a", "c"]', '["a", "c"]\n  nat = "single"')
    assert only_problem(tmp_path, {"prod": single}).startswith(
        "prod.hcl:9: network.nat single is not allowed in production: if its Availability Zone fails"
    )


def test_defaults_by_tier(tmp_path: Path) -> None:
    network = load(write(tmp_path, {"dev": DEV}))["dev"].settings.network
    assert network is not None
    assert network.nat == "single"
    closed = changed(DEV, '["a", "c"]', '["a", "c"]\n  internet = false')
    network = load(write(tmp_path, {"dev": closed}))["dev"].settings.network
    assert network is not None
    assert network.nat == "none"


def test_vpc_that_is_too_large_is_a_warning(tmp_path: Path) -> None:
    files = load(write(tmp_path, {"dev": changed(DEV, "/20", "/16")}))
    (warning,) = files["dev"].warnings(READ)
    assert "network.cidr 10.20.0.0/16 is larger than needed: a /20 has room for four zones" in str(warning)
    assert "write 10.20.0.0/20" in str(warning)


@pytest.mark.parametrize("name", ["prod.HCL", "prod.tf", "prod.hcl.bak", "prod", "prod.yaml"])
def test_file_that_is_no_environment_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(PROD)
    assert only_problem(tmp_path, {"dev": DEV}) == (
        f"{name}: the file is not read: an environment is a file in this folder whose name ends in .hcl, in lowercase "
        "letters; rename it to prod.hcl, or remove it from the folder"
    )


def test_environment_in_a_subfolder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "prod").mkdir()
    write(tmp_path / "prod", {"prod": PROD})
    assert only_problem(tmp_path, {"dev": DEV}).startswith("prod: the folder is not read")


def test_other_files_in_the_folder_are_ignored(tmp_path: Path) -> None:
    for name in ("README.md", ".DS_Store", "dev.hcl~"):
        (tmp_path / name).write_text("x")
    for name in ("addresses", "unlocks"):
        (tmp_path / name).mkdir()
    assert problems_of(tmp_path, {"dev": DEV}) == []


def _folder(path: Path) -> None:
    path.mkdir()


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere.hcl")


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (_folder, "is a folder, not a file"),
        (_dangling, "is a link to nowhere.hcl and cannot be read: no such file or directory"),
        (_loop, "is a link to prod.hcl and cannot be read: too many levels of symbolic links"),
        (_pipe, "is a device or pipe, not a file"),
    ],
)
@pytest.mark.parametrize("name", ["prod.hcl", "unlocks/dev.hcl"])
def test_anything_but_a_file_is_a_problem(tmp_path: Path, name: str, make: Callable[[Path], None], rule: str) -> None:
    (tmp_path / "unlocks").mkdir()
    make(tmp_path / name)
    assert only_problem(tmp_path, {"dev": DEV}).startswith(
        f"{name}: the file {rule.replace('prod.hcl', Path(name).name)}"
    )


def test_unreadable_file_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert only_problem(tmp_path, {"dev": DEV}) == (
        "dev.hcl: the file cannot be read: permission denied; make it readable, or remove it"
    )


@pytest.mark.parametrize("label", ["tier", "name"])
def test_block_with_the_name_of_an_inherited_key_is_checked(tmp_path: Path, label: str) -> None:
    problems = problems_of(tmp_path, {"dev": f'{DEV}secret "{label}" {{\n  recovery_window_in_days = 5\n}}\n'})
    assert [problem.subject for problem in problems] == [f"secret.{label}.recovery_window_in_days 5"]
