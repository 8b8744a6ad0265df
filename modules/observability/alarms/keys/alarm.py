"""Declarations of alarms: what each one watches, and for how long, beside the key with its threshold."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from modules.edge.blocks import EdgeBlocks
from modules.foundation.problems import Finding, raise_findings
from modules.foundation.settings import Settings

#: The most severe first. critical: someone must act immediately, even at night; warning: someone must look today; info:
#: for information. The function slack_alarm reads the severity from the end of the topic's name.
Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

#: [Amazon CloudWatch User Guide, Configuring how CloudWatch alarms treat missing data]
#: (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html). notBreaching: there is
#: nothing to count, for example no request. missing: no judgment until there is data again. ignore: the alarm keeps its
#: state. breaching: silence is an alarm.
MissingData = Literal["notBreaching", "missing", "ignore", "breaching"]

Percent = Annotated[int, Field(ge=1, le=100)]
PartOfRequests = Annotated[float, Field(gt=0, le=100)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class Watched:
    """A block of the environment that has alarms."""

    kind: str
    label: str
    """Empty for a block without a label."""
    settings: Any
    blocks: EdgeBlocks = field(repr=False)
    """All blocks of the environment."""

    @property
    def at(self) -> tuple[str, str]:
        """The block's kind and label."""
        return self.kind, self.label

    @property
    def anchor(self) -> str:
        """The anchor of the alarms of blocks of this kind, among the runbooks."""
        return f"alarms-of-{self.kind}-blocks" if self.label else f"alarms-of-the-{self.kind}-block"

    @property
    def name(self) -> str:
        """The block's part of names: `database-main`, `firewall`."""
        return f"{self.kind.replace('_', '-')}-{self.label}" if self.label else self.kind


@dataclass(frozen=True)
class Condition:
    """When an alarm exists, given the block that it watches."""

    holds: Callable[[Watched], bool]
    words: str
    """The condition as a phrase that follows "only if": "the database is an Aurora cluster"."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What CloudWatch evaluates, except for the threshold."""

    metrics: Mapping[str, str]
    """Each metric with its statistic, by the name that the expression uses: {"cpu": "CPUUtilization Average"}.

    Of several resources the worst counts.
    """
    breaches: Literal["above", "below"]
    """On which side of the threshold the alarm is."""
    datapoints: int
    """How many data points must breach the threshold."""
    out_of: int | None = None
    """Of how many of the newest data points; by default, of as many as must breach."""
    period: int = 60
    """Seconds of a data point."""
    expression: str | None = None
    """Metric math; by default, the only metric. That of an alarm can use the block's other keys and `numbers` in
    braces.
    """
    missing: MissingData = "notBreaching"


@dataclass(frozen=True, kw_only=True)
class Alarm(Watch):
    """An alarm on the block that a settings class is about; it is metadata of the key that has the threshold."""

    severity: Severity
    of: str
    """Whose metrics: one of the names that the construct's `metrics` has."""
    numbers: Callable[[Watched], Mapping[str, float]] | None = None
    """Numbers for the expression, from the settings of the block that is watched."""
    only_if: Condition | None = None
    lasts: bool = False
    """Whether it stays on until somebody acts: it then notifies by itself, and hides no other alarm of its block."""

    def applies(self, watched: Watched) -> bool:
        """Return whether the alarm exists for the block."""
        return self.only_if is None or self.only_if.holds(watched)


def unmet(alarms: Sequence[Alarm], watched: Watched) -> str | None:
    """Return what would have to hold so that one of the alarms exists, as a phrase; None if one does."""
    if any(alarm.applies(watched) for alarm in alarms):
        return None
    return " and ".join(dict.fromkeys(alarm.only_if.words for alarm in alarms if alarm.only_if))


class BlockAlarms(Settings):
    """The alarms of one block: a key for each threshold, and those that are off."""

    off: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"cpu_percent": "The nightly import uses all of it"}],
        description="Alarms that are not created, each with the reason.",
    )

    @classmethod
    def declared(cls) -> Iterator[tuple[str, Alarm]]:
        """Yield each key that has a threshold, with the alarm; a key can have several that exclude each other."""
        for key, info in cls.model_fields.items():
            for each in info.metadata:
                if isinstance(each, Alarm):
                    yield key, each

    @model_validator(mode="after")
    def _rules(self) -> "BlockAlarms":
        raise_findings(self._off_findings())
        return self

    def _off_findings(self) -> Iterator[Finding]:
        yield from off_findings(
            "off", self.off, dict.fromkeys(key for key, _ in self.declared()), "alarm of this block"
        )
        for key in self.off.keys() & self.model_fields_set:
            rule = f"is off and has a threshold, {getattr(self, key)}"
            yield Finding(("off", key), self.off[key], rule, f"remove this line, or {key}")


def off_findings(at: str, off: Mapping[str, str], known: Iterable[str], what: str) -> Iterator[Finding]:
    """Yield names in a map of what is off that are unknown, or have no reason; `what` is what they name."""
    names = list(known)
    for name, reason in off.items():
        if name not in names:
            yield Finding((at, name), reason, f"names no {what}", f"write one of {', '.join(names)}")
        elif not reason.strip():
            rule = "is not a reason: nobody would know why it is missing"
            yield Finding((at, name), reason, rule, "write a sentence, or remove the line")
