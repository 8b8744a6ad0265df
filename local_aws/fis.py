"""FIS: experiments act on their targets, and end.

- AWS: an experiment resolves its targets, runs its actions, and is completed after the last of them. If an alarm of its
  stop conditions is on, it is stopped, and what its actions changed for a duration is restored ([Stop conditions for
  AWS FIS](https://docs.aws.amazon.com/fis/latest/userguide/stop-conditions.html)). In Moto 5.2.5 every experiment is
  completed, at once and without any effect. Added: the actions in `fis_actions`, the duration, and the stop conditions.
  An experiment moves on whenever it is looked at (GetExperiment, ListExperiments).
- AWS: CreateExperimentTemplate rejects actions that do not exist, and targets of another type. Moto accepts them.
  Added: the errors, for the actions that the modules use; all others are unknown here.
- AWS: EventBridge gets an event when the state of an experiment changes ([Monitor AWS FIS experiments using Amazon
  EventBridge](https://docs.aws.amazon.com/fis/latest/userguide/monitoring-eventbridge.html)). Added.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.events import emit
from local_aws.extend import add, replace
from local_aws.fis_actions import ACTIONS, FaultError, Place, Undo, resolve, selects

_DURATION = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")
#: The Actions reference: "from one minute to 12 hours".
_DURATIONS = range(60, 12 * 3600 + 1)


def install() -> None:
    """Let Moto's experiments run."""
    from moto.fis.models import Experiment, FISBackend

    replace(Experiment, "status", property(lambda each: each._status, _set_status))
    add(Experiment, _with_reason(Experiment.to_dict), _with_reason(Experiment.to_summary_dict))
    add(FISBackend, _checked(FISBackend.create_experiment_template), _checked(FISBackend.update_experiment_template))
    add(FISBackend, _started(FISBackend.start_experiment), _stopped(FISBackend.stop_experiment))
    add(FISBackend, _advanced(FISBackend.get_experiment), _advanced(FISBackend.list_experiments))


def seconds(duration: str) -> int | None:
    """Return the seconds of a duration in the form PT1H30M, or None if FIS does not accept it."""
    found = _DURATION.fullmatch(duration)
    if not found:
        return None
    hours, minutes, rest = (int(each or 0) for each in found.groups())
    total = hours * 3600 + minutes * 60 + rest
    return total if total in _DURATIONS else None


def begin(experiment: Any, now: float) -> None:
    """Let the actions act; the experiment fails if one cannot."""
    place = Place(experiment.account_id, experiment.region_name)
    undo: list[Undo] = []
    experiment.undo, experiment.ends = undo, now
    _become(experiment, "running", "Experiment is running.")
    try:
        resolved = {name: resolve(place, target) for name, target in experiment.targets.items()}
        for name, each in experiment.actions.items():
            experiment.ends = max(experiment.ends, now + _end_of(name, experiment.actions))
            action = ACTIONS[each["actionId"]]
            if action.target:
                if action.inject is None:
                    raise FaultError(f"{each['actionId']} is not emulated (local_aws/NOT_EMULATED.md)")
                arns = resolved[each["targets"][action.target]]
                if undone := action.inject(place, arns, each.get("parameters") or {}):
                    undo.append(undone)
    except FaultError as error:
        _finish(experiment, "failed", str(error), now)


def advance(experiment: Any, now: float) -> None:
    """Stop the experiment if an alarm of its stop conditions is on, or complete it after the last of its actions."""
    if experiment.status in experiment.TERMINAL_STATUSES:
        return
    if any(_is_on(each["value"]) for each in experiment.stop_conditions if each["source"] != "none"):
        _finish(experiment, "stopped", "Experiment halted by stop condition.", now)
    elif now >= experiment.ends:
        _finish(experiment, "completed", "Experiment completed.", now)


def _end_of(name: str, actions: Mapping[str, Any]) -> int:
    """Return how many seconds after the start an action ends."""
    action = actions[name]
    start = max((_end_of(each, actions) for each in action.get("startAfter") or ()), default=0)
    if start and ACTIONS[action["actionId"]].target:
        raise FaultError("an action that starts after another has lasted is not emulated")
    return start + (seconds((action.get("parameters") or {}).get("duration", "")) or 0)


def _is_on(arn: str) -> bool:
    from moto.cloudwatch.models import cloudwatch_backends

    _, _, _, region, account, _, name = arn.split(":", 6)
    alarm = cloudwatch_backends[account][region].alarms.get(name)
    return alarm is not None and alarm.state_value == "ALARM"


def _finish(experiment: Any, status: str, reason: str, now: float) -> None:
    for undo in experiment.undo:
        undo()
    experiment.end_time = now
    _become(experiment, status, reason)


def _become(experiment: Any, status: str, reason: str) -> None:
    before = {"status": experiment.status, "reason": getattr(experiment, "reason", "")}
    experiment.status, experiment.reason = status, reason
    emit(
        experiment.account_id,
        experiment.region_name,
        source="aws.fis",
        detail_type="FIS Experiment State Change",
        resources=[experiment.arn],
        detail={
            "experiment-id": experiment.id,
            "experiment-template-id": experiment.experiment_template_id,
            "new-state": {"status": status, "reason": reason},
            "old-state": before,
        },
    )


def _set_status(experiment: Any, status: str) -> None:
    experiment._status = status


def _with_reason(describe: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def described(experiment: Any, tags: dict[str, str] | None = None) -> dict[str, Any]:
        answer = describe(experiment, tags)
        answer["state"]["reason"] = getattr(experiment, "reason", answer["state"]["reason"])
        return answer

    described.__name__ = describe.__name__
    return described


def _started(start: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def start_experiment(backend: Any, **request: Any) -> dict[str, Any]:
        known = set(backend.experiments)
        answer = start(backend, **request)
        experiment = backend.experiments[answer["id"]]
        if experiment.id not in known:
            begin(experiment, time.time())
        described: dict[str, Any] = experiment.to_dict(backend.tagger.get_tag_dict_for_resource(experiment.arn))
        return described

    return start_experiment


def _stopped(stop: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def stop_experiment(backend: Any, id: str) -> dict[str, Any]:
        experiment = backend.experiments.get(id)
        if experiment and experiment.status not in experiment.TERMINAL_STATUSES:
            _finish(experiment, "stopped", "Experiment stopped by a request.", time.time())
        return stop(backend, id)

    return stop_experiment


def _advanced(read: Callable[..., Any]) -> Callable[..., Any]:
    def reading(backend: Any, **request: Any) -> Any:
        for experiment in backend.experiments.values():
            advance(experiment, time.time())
        return read(backend, **request)

    reading.__name__ = read.__name__
    return reading


def _checked(write: Callable[..., Any]) -> Callable[..., Any]:
    def checked(backend: Any, **request: Any) -> Any:
        targets = request.get("targets") or {}
        for name, action in (request.get("actions") or {}).items():
            _check_action(name, action, targets)
        for name, target in targets.items():
            if not selects(target.get("selectionMode", "ALL")):
                raise _invalid(f"Target {name}: the selection mode {target['selectionMode']} does not exist.")
        return write(backend, **request)

    checked.__name__ = write.__name__
    return checked


def _check_action(name: str, action: Mapping[str, Any], targets: Mapping[str, Any]) -> None:
    known = ACTIONS.get(action["actionId"])
    if known is None:
        raise _invalid(f"Action {name}: {action['actionId']} is not an action that is known here.")
    parameters = action.get("parameters") or {}
    if missing := [each for each in known.needs if each not in parameters]:
        raise _invalid(f"Action {name}: the parameter {missing[0]} is missing.")
    if "duration" in parameters and seconds(parameters["duration"]) is None:
        raise _invalid(f"Action {name}: the duration {parameters['duration']} is not from one minute to 12 hours.")
    chosen = (action.get("targets") or {}).get(known.target, "")
    if known.target and targets.get(chosen, {}).get("resourceType") != known.resource_type:
        raise _invalid(f"Action {name}: the target {known.target} is not of type {known.resource_type}.")


def _invalid(message: str) -> Exception:
    from moto.fis.exceptions import FISException

    error: Exception = FISException("ValidationException", message)
    return error
