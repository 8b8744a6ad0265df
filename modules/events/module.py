"""The events module of one environment."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct

from modules.data.database.keys.access import Rights
from modules.data.database.keys.users import Users
from modules.data.logins import DatabaseLogin, administrator_login
from modules.data.module import DataModule
from modules.data.secret.secrets import Secret
from modules.events.blocks import EventsBlocks, push_channel
from modules.events.channel.channels import Queue, QueueWithDeadLetters, Stream, Topic
from modules.events.checks import VISIBILITY_TIMEOUTS
from modules.events.database_logins import ROTATION_ACTIONS, DatabaseLogins
from modules.events.function.access import grant_data_access
from modules.events.function.functions import Function
from modules.events.function.packaging import Packages
from modules.events.function.settings import FunctionSettings
from modules.events.function.triggers import Triggers
from modules.events.keys.login_functions import login_function
from modules.events.keys.search_functions import documents_function, setup_function
from modules.events.log_search import LogSearch
from modules.events.push.push import Push
from modules.events.push.settings import PushSource
from modules.foundation.foundation import Foundation
from modules.foundation.policies import allow, sid, use_key_via
from modules.foundation.roles import Role
from modules.foundation.variables import variables_for
from modules.network.module import NetworkModule

#: The default of SQS, for a queue that no function reads.
VISIBILITY_TIMEOUT = 30


class EventsModule(Construct):
    """Functions, queues, topics, streams, push notifications, and log search, by the names of their blocks."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        blocks: EventsBlocks,
        packages: Packages,
        network: NetworkModule,
        data: DataModule,
        database_users: Users,
        foundation: Foundation,
    ) -> None:
        """`database_users` are those of all programs, also of programs in higher modules."""
        super().__init__(scope, id)
        self._blocks = blocks.expanded()
        self._network = network
        self._data = data
        self._foundation = foundation
        self.topics = self._build_topics()
        self.queues = self._build_queues()
        self.streams = self._build_streams()
        self.functions = self._build_functions(packages)
        self._logins = self._build_logins(database_users)
        for name, settings in self._blocks.function.items():
            function = self.functions[name]
            logins = {
                label: self.database_login(f"function-{name}", label, each)
                for label, each in settings.databases.items()
            }
            grant_data_access(function, settings, data, logins, foundation.names)
            function.add_environment(self.grant_publish(function.role, settings.published_to))
            self._subscribe(function, settings)
        self.searches = self._build_searches()
        self.pushes = self._build_pushes()
        self._rotate_secrets()
        self._create_outputs()

    def database_login(self, program: str, label: str, rights: Rights) -> DatabaseLogin:
        """Return how a program logs in to a database, with the rights that its block names."""
        if label in self._logins:
            return self._logins[label].login(program, rights)
        return administrator_login(label, self._data.databases[label])

    def grant_publish(self, role: Role, published_to: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Allow a role to publish to blocks, given by kind and name; return the environment variables of a program.

        The role gets permissions only for the resources and their key.
        """
        variables: dict[str, str] = {}
        for label in published_to.get("queue", ()):
            queue = self.queues[label].queue
            queue.grant_send(role)
            variables |= variables_for("queue", label, url=queue.url)
        for label in published_to.get("topic", ()):
            self.topics[label].grant_publish(role)
            variables |= variables_for("topic", label, arn=self.topics[label].arn)
        for label in published_to.get("stream", ()):
            self.streams[label].grant_put(role)
            variables |= variables_for("stream", label, name=self.streams[label].name)
        for label in published_to.get("push", ()):
            self.pushes[label].grant_publish(role)
            variables |= variables_for("push", label, **self.pushes[label].variables)
        return variables

    def _build_topics(self) -> dict[str, Topic]:
        return {
            name: Topic(self, f"topic-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._blocks.topic.items()
        }

    def _build_queues(self) -> dict[str, QueueWithDeadLetters]:
        queues = {}
        for name, settings in self._blocks.queue.items():
            queue = queues[name] = QueueWithDeadLetters(
                self,
                f"queue-{name}",
                name=name,
                settings=settings,
                visibility_timeout_seconds=settings.visibility_timeout_seconds or self._visibility_timeout(name),
                foundation=self._foundation,
            )
            for topic in settings.topics:
                queue.subscribe(self.topics[topic], topic)
        return queues

    def _visibility_timeout(self, queue: str) -> int:
        readers = [function for function in self._blocks.function.values() if queue in function.on_queue]
        return max([VISIBILITY_TIMEOUT, *(VISIBILITY_TIMEOUTS * function.timeout for function in readers)])

    def _build_streams(self) -> dict[str, Stream]:
        return {
            name: Stream(self, f"stream-{name}", name=name, settings=settings, foundation=self._foundation)
            for name, settings in self._blocks.stream.items()
        }

    def _build_functions(self, packages: Packages) -> dict[str, Function]:
        return {
            name: Function(
                self,
                f"function-{name}",
                name=name,
                settings=settings,
                packages=packages,
                network=self._network,
                foundation=self._foundation,
            )
            for name, settings in self._blocks.function.items()
        }

    def _build_logins(self, users: Users) -> dict[str, DatabaseLogins]:
        return {
            label: DatabaseLogins(
                self,
                f"database-logins-{label}",
                label=label,
                database=self._data.databases[label],
                function=self.functions[login_function(label)],
                users=each,
                foundation=self._foundation,
            )
            for label, each in users.items()
        }

    def _subscribe(self, function: Function, settings: FunctionSettings) -> None:
        triggers = Triggers(self, f"triggers-{function.label}", function=function, foundation=self._foundation)
        for name, on_object in settings.on_object.items():
            triggers.on_object(name, on_object, self._data.buckets[on_object.bucket])
        for name, on_queue in settings.on_queue.items():
            triggers.on_queue(name, on_queue, self.queues[name].queue)
        for name, on_topic in settings.on_topic.items():
            triggers.on_topic(name, on_topic, self.topics[name])
        for name, on_stream in settings.on_stream.items():
            triggers.on_stream(name, on_stream, self.streams[name])
        for name, schedule in settings.schedule.items():
            triggers.on_schedule(name, schedule)

    def _build_searches(self) -> dict[str, LogSearch]:
        searches = {
            name: LogSearch(
                self,
                f"search-{name}",
                search=search,
                setup=self.functions[setup_function(name)],
                documents=self.functions[documents_function(name)],
                foundation=self._foundation,
            )
            for name, search in self._data.searches.items()
        }
        for name, settings in self._blocks.function.items():
            if settings.search:
                searches[settings.search].subscribe(self.functions[name].log_group, f"function-{name}")
        return searches

    def _build_pushes(self) -> dict[str, Push]:
        return {
            name: Push(
                name=name,
                settings=settings,
                function=self.functions[push_channel(name)],
                channel=self._channel(settings.source, push_channel(name)),
                names=self._foundation.names,
            )
            for name, settings in self._blocks.push.items()
        }

    def _channel(self, source: PushSource, name: str) -> Topic | Queue | Stream:
        if source == "topic":
            return self.topics[name]
        return self.queues[name].queue if source == "queue" else self.streams[name]

    def _rotate_secrets(self) -> None:
        for name, secret in self._data.secrets.items():
            if secret.rotation:
                self._rotate(name, secret, self.functions[secret.rotation.function], secret.rotation.days)

    def _rotate(self, name: str, secret: Secret, function: Function, days: int) -> None:
        actions = [f"secretsmanager:{action}" for action in ROTATION_ACTIONS]
        function.role.add_statements(
            allow(f"Rotate{sid(name)}", actions=actions, resources=[secret.arn]),
            # GetRandomPassword supports no resource-level permissions.
            allow(f"Password{sid(name)}", actions=["secretsmanager:GetRandomPassword"], resources=["*"]),
            use_key_via(
                f"RotateKey{sid(name)}",
                "secretsmanager",
                self._foundation.names.region,
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                key_arns=[secret.key_arn],
            ),
        )
        permission = function.grant_invoke("secretsmanager", secret.arn, name=f"rotates-{name}")
        secret.rotate_by(function.arn, days, after=permission)

    def _create_outputs(self) -> None:
        stack = TerraformStack.of(self)
        if self.functions:
            names = {name: function.name for name, function in self.functions.items()}
            TerraformOutput(stack, "function_names", value=names, description="Functions by the name of their block.")
        if self.queues:
            urls = {name: each.queue.url for name, each in self.queues.items()}
            TerraformOutput(stack, "queue_urls", value=urls, description="Queues by the name of their block.")
        if self.topics:
            arns = {name: topic.arn for name, topic in self.topics.items()}
            TerraformOutput(stack, "topic_arns", value=arns, description="Topics by the name of their block.")
        if self.pushes:
            outputs = {name: push.outputs for name, push in self.pushes.items()}
            TerraformOutput(
                stack, "push", value=outputs, description="Pushes: where the API puts notifications, registers devices."
            )
