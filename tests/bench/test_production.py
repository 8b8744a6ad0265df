"""The generated production environment is a valid one."""

from pathlib import Path

from bench.production import write_environment
from modules.environment_files import load


def test_generated_services_are_added_to_those_of_production(tmp_path: Path) -> None:
    own = load(write_environment(tmp_path, 0))["prod"].settings
    more = load(write_environment(tmp_path, 2))["prod"].settings

    assert own.service
    assert more.service.keys() - own.service.keys() == {"generated-000", "generated-001"}
