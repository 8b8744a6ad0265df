"""ALB listener rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionForward,
    LbListenerDefaultActionForwardTargetGroup,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleActionAuthenticateCognito,
    LbListenerRuleActionFixedResponse,
    LbListenerRuleActionForward,
    LbListenerRuleActionForwardTargetGroup,
    LbListenerRuleActionRedirect,
    LbListenerRuleCondition,
    LbListenerRuleConditionHostHeader,
    LbListenerRuleConditionPathPattern,
)
from constructs import Construct

from modules.access.sign_in.sign_in import LoadBalancerSignIn
from modules.compute.load_balancer.keys.listener_rules import (
    DEFAULT,
    ActionSettings,
    FixedResponseSettings,
    RedirectSettings,
    RuleSettings,
)
from modules.compute.load_balancer.settings import LoadBalancerSettings
from modules.foundation.foundation import Foundation

Action = TypeVar("Action")

#: Seconds after which a load balancer authenticates a user again. AWS's default is a week, during which a deleted user
#: keeps access.
SESSION_SECONDS = 12 * 3600
#: The response of a rule that forwards to a service which does not exist yet.
_NO_TARGET_YET = FixedResponseSettings(status_code=503, message_body="Nobody answers yet")


class ListenerRules(Construct):
    """The rules of one listener, in the order of their priorities.

    Creates: the listener rules with a fixed response or a redirect; with the first `forward` of a label its rule. The
    default action is part of the listener itself (`default_action`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        settings: LoadBalancerSettings,
        listener: LbListener,
        foundation: Foundation,
        sign_in: LoadBalancerSignIn | None,
    ) -> None:
        super().__init__(scope, id)
        self._sign_in = sign_in
        self._name = name
        self._settings = settings
        self._listener = listener
        self._foundation = foundation
        self._make = foundation.resources(self, "load_balancer")
        self._targets: dict[str, dict[str, str]] = {}
        self._rules: dict[str, LbListenerRule] = {}
        for label, rule in settings.rule.items():
            if not rule.weights:
                self._create(label, rule)

    def forward(self, label: str, target_group_arn: str, *, name: str) -> ITerraformDependable:
        """Forward the requests of a rule (or of `default`) to a target group; return the rule or listener.

        Raises KeyError if there is no such rule, or if it does not forward to `name`.
        """
        settings = self._action_settings(label)
        if name not in settings.weights:
            targets_of_rule = ", ".join(settings.weights) or "nothing"
            raise KeyError(f"load balancer {self._name}: {label} does not forward to {name}, but to {targets_of_rule}")
        targets = self._targets.setdefault(label, {})
        targets[name] = target_group_arn
        if label == DEFAULT:
            self._listener.put_default_action([_LISTENERS.action_of(settings, targets)])
            return self._listener
        if label in self._rules:
            self._rules[label].put_action(self._actions(label))
        else:
            self._create(label, self._settings.rule[label])
        return self._rules[label]

    def _action_settings(self, label: str) -> ActionSettings:
        if label == DEFAULT:
            return self._settings.default
        if label not in self._settings.rule:
            known = ", ".join([*self._settings.rule, DEFAULT])
            raise KeyError(f"load balancer {self._name} has no rule {label}; it has {known}")
        return self._settings.rule[label]

    def _create(self, label: str, rule: RuleSettings) -> None:
        self._rules[label] = self._make(
            LbListenerRule,
            f"{self._name}_{label}",
            listener_arn=self._listener.arn,
            priority=rule.priority,
            condition=_conditions(rule),
            action=self._actions(label),
            tags={"Name": self._foundation.names.of(f"{self._name}-{label}")},
        )

    def _actions(self, label: str) -> list[LbListenerRuleAction]:
        """Return the actions in order: users sign in first, if the rule requires it."""
        rule = self._settings.rule[label]
        action = _RULES.action_of(rule, self._targets.get(label, {}))
        if not rule.sign_in:
            return [action]
        assert self._sign_in is not None, "no sign_in block: the settings do not allow that"
        cognito = LbListenerRuleActionAuthenticateCognito(
            user_pool_arn=self._sign_in.user_pool_arn,
            user_pool_client_id=self._sign_in.user_pool_client_id,
            user_pool_domain=self._sign_in.user_pool_domain,
            scope="openid",
            session_timeout=SESSION_SECONDS,
            on_unauthenticated_request="authenticate",
        )
        return [LbListenerRuleAction(type="authenticate-cognito", authenticate_cognito=cognito), action]


def default_action(settings: ActionSettings) -> LbListenerDefaultAction:
    """Return the listener's default action before a service exists."""
    return _LISTENERS.action_of(settings, {})


def _conditions(rule: RuleSettings) -> list[LbListenerRuleCondition]:
    hosts = LbListenerRuleConditionHostHeader(values=list(rule.hosts))
    paths = LbListenerRuleConditionPathPattern(values=list(rule.paths))
    return [
        *([LbListenerRuleCondition(host_header=hosts)] if rule.hosts else []),
        *([LbListenerRuleCondition(path_pattern=paths)] if rule.paths else []),
    ]


@dataclass(frozen=True)
class _Shapes(Generic[Action]):
    """The bindings' classes of an action: those of a rule and of a listener have the same fields, but other types."""

    action: Callable[..., Action]
    fixed_response: Callable[..., Any]
    redirect: Callable[..., Any]
    forward: Callable[..., Any]
    target_group: Callable[..., Any]

    def action_of(self, settings: ActionSettings, targets: Mapping[str, str]) -> Action:
        """Return the action; `targets` has the ARNs of the existing target groups, by service or function name."""
        if settings.redirect:
            return self.action(type="redirect", redirect=self._redirect(settings.redirect))
        if settings.fixed_response or not targets:
            return self._fixed(settings.fixed_response or _NO_TARGET_YET)
        if len(settings.weights) == 1:
            return self.action(type="forward", target_group_arn=next(iter(targets.values())))
        groups = [
            self.target_group(arn=targets[name], weight=weight)
            for name, weight in sorted(settings.weights.items())
            if name in targets
        ]
        return self.action(type="forward", forward=self.forward(target_group=groups))

    def _fixed(self, settings: FixedResponseSettings) -> Action:
        response = self.fixed_response(
            content_type=settings.content_type,
            message_body=settings.message_body,
            status_code=str(settings.status_code),
        )
        return self.action(type="fixed-response", fixed_response=response)

    def _redirect(self, settings: RedirectSettings) -> Any:
        return self.redirect(
            protocol="HTTPS",
            host=settings.host or "#{host}",
            path=settings.path or "/#{path}",
            query="#{query}" if settings.query is None else settings.query,
            port=str(settings.port) if settings.port else "#{port}",
            status_code="HTTP_301" if settings.permanent else "HTTP_302",
        )


_RULES = _Shapes(
    LbListenerRuleAction,
    LbListenerRuleActionFixedResponse,
    LbListenerRuleActionRedirect,
    LbListenerRuleActionForward,
    LbListenerRuleActionForwardTargetGroup,
)
_LISTENERS = _Shapes(
    LbListenerDefaultAction,
    LbListenerDefaultActionFixedResponse,
    LbListenerDefaultActionRedirect,
    LbListenerDefaultActionForward,
    LbListenerDefaultActionForwardTargetGroup,
)
