"""The experiment of a block, as it is in AWS."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.environment_files import EnvironmentFile
from modules.foundation.names import Names
from modules.observability.alarms.settings import alarm_topic_arn
from modules.observability.experiment.keys.steady_state import stop_alarm_names
from modules.observability.experiment.settings import ExperimentSettings, template_purpose
from modules.unlocks import read_unlocks, unlocks_path
from ops.errors import ExitCode, OpsError
from ops.today import today


@dataclass(frozen=True)
class Experiment:
    """An `experiment` block, and the names of what belongs to it."""

    label: str
    settings: ExperimentSettings
    names: Names
    stop_alarms: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the template."""
        return self.names.of(template_purpose(self.label))

    @property
    def topic(self) -> str:
        """The topic on which it is announced."""
        return alarm_topic_arn(self.names, "warning")

    @property
    def alarm_prefix(self) -> str:
        """What the names of all alarms of the environment begin with."""
        return self.names.of("")


def experiments_of(file: EnvironmentFile) -> Iterator[Experiment]:
    """Yield the experiments of an environment."""
    names = file.settings.names
    for label, settings in file.settings.experiment.items():
        assert settings.steady_state is not None, "checked by the settings"
        alarms = stop_alarm_names(names, label, settings.steady_state, file.settings)
        yield Experiment(label, settings, names, tuple(alarms))


def declared(file: EnvironmentFile, label: str) -> Experiment:
    """Return the experiment of a block. Raises OpsError if there is none."""
    found = {each.label: each for each in experiments_of(file)}
    if label not in found:
        known = f"it declares {', '.join(found)}" if found else "it declares none"
        raise OpsError(f'{file.document.file} declares no experiment "{label}", {known}', ExitCode.REFUSED)
    return found[label]


def refuse_locked(file: EnvironmentFile, label: str) -> None:
    """Raise OpsError if the experiment is in production, and no unlock record allows to run it today."""
    if file.settings.tier != "production":
        return
    envs = Path(file.document.file).parent
    address = f"aws_fis_experiment_template.experiment_{label}".replace("-", "_")
    records, _ = read_unlocks(envs, file.settings.name)
    if not records.allows(address, "experiment", today()):
        record = f'`unlock "{address}" {{ allow = ["experiment"] ... }}`'
        raise OpsError(
            f"{label} runs in production only with a record that is valid today: write {record} into "
            f"{unlocks_path(envs, file.settings.name)}, and have it reviewed (docs/runbooks/experiments.md)",
            ExitCode.REFUSED,
        )


def template_id(fis: Any, experiment: Experiment) -> str | None:
    """Return the ID of the template in AWS, or None before it is applied."""
    pages = fis.get_paginator("list_experiment_templates").paginate()
    found = [each["id"] for page in pages for each in page["experimentTemplates"] if _has_name(each, experiment)]
    return found[0] if found else None


def last_run(fis: Any, template: str) -> tuple[str, str] | None:
    """Return the state of the newest experiment with the template, and when it was created."""
    pages = fis.get_paginator("list_experiments").paginate(experimentTemplateId=template)
    found = [each for page in pages for each in page["experiments"]]
    newest = max(found, key=lambda each: each["creationTime"], default=None)
    return (newest["state"]["status"], f"{newest['creationTime']:%Y-%m-%d %H:%M}") if newest else None


def _has_name(template: dict[str, Any], experiment: Experiment) -> bool:
    return bool(template.get("tags", {}).get("Name") == experiment.name)
