"""The function of a release, as its environment file describes it."""

from dataclasses import dataclass

from modules.environment_files import EnvironmentFile
from modules.events.function.settings import FunctionSettings
from modules.events.keys.login_functions import FUNCTION_NAME_LIMIT
from modules.foundation.names import Names
from modules.foundation.problems import Problem, SettingsError


@dataclass(frozen=True)
class ReleasedFunction:
    """A function whose code a pipeline releases."""

    label: str
    settings: FunctionSettings
    names: Names

    @property
    def name(self) -> str:
        """Its name in AWS."""
        return self.names.of(self.label, FUNCTION_NAME_LIMIT)

    @property
    def handler(self) -> str:
        """The module and the function in it that Lambda calls."""
        assert self.settings.handler is not None, "the settings require it"
        return self.settings.handler


def released_function(file: EnvironmentFile, label: str) -> ReleasedFunction:
    """Return the function of a block. Raises SettingsError if no pipeline releases it."""
    settings, known = file.settings, file.settings.function
    if label not in known:
        released = [name for name, each in known.items() if each.by_pipeline]
        remedy = f"name one of {', '.join(released)}" if released else 'write its block, with owned_by = "pipeline"'
        raise SettingsError([Problem(file.document.file, 0, f"function.{label}", "is not declared", remedy)])
    if not known[label].by_pipeline:
        rule = "is terraform: an apply deploys the code in lambdas/, and would replace that of a release"
        remedy = (
            f'change the code and run `make deploy ENV={settings.name}`, or write owned_by = "pipeline", and deploy'
        )
        raise SettingsError([file.document.problem(("function", label, "owned_by"), None, rule, remedy)])
    return ReleasedFunction(label, known[label], settings.names)
