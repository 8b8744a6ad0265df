"""Checks between the observability module's blocks, and between them and those of lower modules."""

from collections.abc import Iterator

from modules.foundation.checks import unknown_labels, unknown_names
from modules.foundation.problems import Finding
from modules.observability.alarms.keys.alarm import SEVERITIES, BlockAlarms, Watched, unmet
from modules.observability.alarms.settings import KINDS, AlarmsSettings, alarm_topic
from modules.observability.alarms.watched import watched_blocks
from modules.observability.blocks import ObservabilityBlocks
from modules.observability.experiment import checks as experiment_checks
from modules.observability.grafana.settings import GRAFANA_REGIONS


def findings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield the problems between these blocks, and between them and those of lower modules."""
    yield from _slo_findings(blocks)
    yield from _grafana_findings(blocks)
    yield from experiment_checks.findings(blocks)
    if not blocks.alarms:
        yield from _missing_alarms(blocks)
        return
    for severity in SEVERITIES:
        if (name := alarm_topic(severity)) in blocks.topic:
            rule = f"is the name of the topic that the `alarms` block creates for {severity} alarms"
            yield Finding(("topic", name), None, rule, "give the topic another name")
    yield from _function_findings(blocks.alarms, blocks)
    yield from _threshold_findings(blocks.alarms, blocks)


def warnings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield what is allowed, but leaves a failure unnoticed, or makes an experiment useless."""
    yield from experiment_checks.warnings(blocks)
    if blocks.tier == "production" and blocks.alarms and not blocks.alarms.emails:
        rule = f"is empty: if {blocks.alarms.functions[0]} fails, nobody is notified of that or of anything else"
        yield Finding(("alarms", "emails"), [], rule, 'write the address of a group, ["on-call@agora.example"]')


def _missing_alarms(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    watched = [each for each in watched_blocks(blocks) if each.kind != "network"]
    if blocks.tier == "production" and watched:
        failing = f"{watched[0].kind} {watched[0].label}".strip()
        rule = f"requires an `alarms` block: if {failing} failed, nobody would be notified"
        yield Finding(("tier",), blocks.tier, rule, 'write alarms { functions = ["slack-alarm"] }')


def _slo_findings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    for label, slo in blocks.slo.items():
        kind, source = slo.source
        yield from unknown_names(("slo", label, kind), kind, [source], getattr(blocks, kind))
        if not blocks.alarms:
            rule = "requires an `alarms` block, whose topics its alarms notify"
            yield Finding(("slo", label), None, rule, 'write alarms { functions = ["slack-alarm"] }')


def _grafana_findings(blocks: ObservabilityBlocks) -> Iterator[Finding]:
    if blocks.grafana and blocks.region not in GRAFANA_REGIONS:
        rule = f"is not available in {blocks.region}; it is in {', '.join(GRAFANA_REGIONS)}"
        yield Finding(("grafana",), None, rule, "remove it, and use the `dashboard` block")
    elif blocks.grafana and not blocks.dashboard:
        rule = "requires a `dashboard` block, whose graphs are copied into it"
        yield Finding(("grafana",), None, rule, "write dashboard {}")


def _function_findings(alarms: AlarmsSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    at = ("alarms", "functions")
    if not alarms.functions:
        rule = "is empty: alarms would notify no one"
        yield Finding(at, [], rule, 'name a `function` that forwards them, ["slack-alarm"], or remove `alarms`')
    yield from unknown_names(at, "function", alarms.functions, blocks.function)
    for name in alarms.functions:
        if name in blocks.function and blocks.function[name].by_pipeline:
            rule = 'is owned_by = "pipeline": a bad release of it would be the one that nobody is notified of'
            yield Finding(at, name, rule, 'name a function in lambdas/, with owned_by = "terraform"')


def _threshold_findings(alarms: AlarmsSettings, blocks: ObservabilityBlocks) -> Iterator[Finding]:
    """Yield thresholds of blocks that do not exist, and those that have no effect on their block."""
    watched = {(each.kind, each.label): each for each in watched_blocks(blocks)}
    for kind in KINDS:
        written = getattr(alarms, kind)
        if isinstance(written, dict):
            labels = [label for known, label in watched if known == kind]
            yield from unknown_labels(("alarms", kind), kind, written, labels)
        elif written is not None and (kind, "") not in watched:
            rule = f"is about the `{kind}` block, and this environment has none"
            yield Finding(("alarms", kind), None, rule, f"write a `{kind}` block, or remove it")
    for (kind, label), each in watched.items():
        at = ("alarms", kind, label) if label else ("alarms", kind)
        yield from (finding.under(*at) for finding in _without_effect(alarms.of(kind, label), each))


def _without_effect(thresholds: BlockAlarms, watched: Watched) -> Iterator[Finding]:
    for key in dict.fromkeys(key for key, _ in thresholds.declared()):
        alarms = [alarm for name, alarm in thresholds.declared() if name == key]
        words = unmet(alarms, watched)
        if words is None:
            continue
        rule = f"has no effect: the alarm exists only if {words}"
        if key in thresholds.model_fields_set:
            yield Finding((key,), getattr(thresholds, key), rule, "remove it")
        elif key in thresholds.off:
            yield Finding(("off", key), thresholds.off[key], rule, "remove it")
