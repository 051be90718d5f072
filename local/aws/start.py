"""Starts ministack with what the template needs and ministack 1.5.33 lacks. Runs in ministack's own environment.

- CloudFormation handlers for ``AWS::Events::Archive`` and ``AWS::Connect::IntegrationAssociation``, and one that accepts
  ``AWS::Logs::QueryDefinition``, of which ministack has none.
- Alarms that are judged by the metric of their own dimensions.
- Event source mappings that are shown as deployed and that nothing polls for: the event source loop does.
- The batch calls of SQS are allowed by the action of the single call, as in AWS (there is no ``sqs:DeleteMessageBatch``).
- Calls about a schedule are allowed by the group that they name.
- Permissions that ministack does not evaluate (``local/aws_permissions.py``).
- ``POST /_local/service-events``: events of an AWS service (source ``aws.connect``), which ``PutEvents`` refuses to
  everyone, here as in AWS. The body is that of ``PutEvents``.
- ``GET /_local/invocations``: what rules of EventBridge and callers of ``Invoke`` have invoked functions with, once each, as a list of
  ``function`` (its name), ``event`` and, where somebody waits for the answer, ``id``: ``POST /_local/invocations/ID`` gives it. ministack
  would run the function itself; the local cloud does, as it runs all others.
- ``GET /_local/function-credentials/NAME``: the credentials that Lambda would hand to the function.

Ends when standard input closes: the emulator never outlives the process that started it.
"""

# ruff: noqa: SLF001 - ministack has no public way to add resource types; the pinned version is what this was written for

import json
import os
import queue
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable
from types import FunctionType
from typing import Any

import ministack.app
from ministack.core import iam_actions, lambda_runtime, responses
from ministack.services import cloudwatch, eventbridge, lambda_svc
from ministack.services.cloudformation import provisioners

from local import aws_permissions

Properties = dict[str, Any]
Created = tuple[str, dict[str, str]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Asgi = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]

ACCOUNT, REGION = os.environ["MINISTACK_ACCOUNT_ID"], os.environ["MINISTACK_REGION"]


def _archive_request(name: str, properties: Properties) -> Properties:
    pattern = properties.get("EventPattern")
    request = {
        "ArchiveName": name,
        "EventSourceArn": properties["SourceArn"],
        "Description": properties.get("Description", ""),
        "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern or "",
        "RetentionDays": int(properties.get("RetentionDays", 0)),
    }
    key = properties.get("KmsKeyIdentifier")
    return {**request, "KmsKeyIdentifier": key} if key else request


def _accepted(answer: tuple[int, Any, bytes], what: str) -> None:
    if answer[0] >= 300:
        raise ValueError(f"{what}: {answer[2].decode()}")


def _create_archive(logical_id: str, properties: Properties, stack_name: str) -> Created:
    name = properties.get("ArchiveName") or provisioners._physical_name(stack_name, logical_id, max_len=48)
    _accepted(eventbridge._create_archive(_archive_request(name, properties)), f"archive {name}")
    return name, {"Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:archive/{name}", "ArchiveName": name}


def _update_archive(name: str, _old: Properties, new: Properties, _stack_name: str) -> Created:
    _accepted(eventbridge._update_archive(_archive_request(name, new)), f"archive {name}")
    return name, {"Arn": f"arn:aws:events:{REGION}:{ACCOUNT}:archive/{name}", "ArchiveName": name}


def _delete_archive(name: str, _properties: Properties) -> None:
    eventbridge._delete_archive({"ArchiveName": name})


def _create_association(logical_id: str, properties: Properties, stack_name: str) -> Created:
    del logical_id, stack_name  # the three parts below are the resource's identity, as in AWS
    parts = [properties[key] for key in ("InstanceId", "IntegrationType", "IntegrationArn")]
    return "|".join(parts), {"IntegrationAssociationId": parts[2]}


def _update_association(_name: str, _old: Properties, new: Properties, stack_name: str) -> Created:
    return _create_association("", new, stack_name)


def _delete_association(_name: str, _properties: Properties) -> None:
    return None


def _accept_query(logical_id: str, _properties: Properties, _stack_name: str) -> Created:
    return logical_id, {"QueryDefinitionId": logical_id}


def _keep_query(name: str, _old: Properties, _new: Properties, _stack_name: str) -> Created:
    return name, {"QueryDefinitionId": name}


def register_handlers() -> None:
    """Let CloudFormation accept these resource types; each stands for the real resource where ministack has one."""
    provisioners._RESOURCE_HANDLERS["AWS::Events::Archive"] = {
        "create": _create_archive,
        "update": _update_archive,
        "delete": _delete_archive,
    }
    provisioners._RESOURCE_HANDLERS["AWS::Connect::IntegrationAssociation"] = {
        "create": _create_association,
        "update": _update_association,
        "delete": _delete_association,
    }
    provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
        "create": _accept_query,
        "update": _keep_query,
        "delete": _delete_association,
    }


def run_no_mappings() -> None:
    """Keep event source mappings as deployed but poll for none of them: ministack departs from Lambda's rules."""
    lambda_svc._ensure_poller = lambda: None


def hold_invocations() -> None:
    """Keep what functions are invoked with, for the local cloud to fetch; callers of ``Invoke`` wait for its answer."""

    def dispatch(arn: str, payload: str) -> None:
        invocations.put({"function": arn.rpartition(":")[2], "event": json.loads(payload)})

    def execute(function: dict[str, Any], event: Any) -> dict[str, Any]:
        config = function["config"]
        number = uuid.uuid4().hex
        answer = waiting[number] = queue.SimpleQueue()
        invocations.put({"function": config["FunctionName"], "event": event, "id": number})
        try:
            given = answer.get(timeout=config["Timeout"] + _HAND_OVER_SECONDS)
        except queue.Empty:
            given = {"body": '{"errorMessage": "nobody runs this function here"}', "failed": True}
        del waiting[number]
        return {"body": given["body"].encode(), "error": given["failed"], "function_error": "Unhandled"}

    eventbridge._dispatch_to_lambda = dispatch
    lambda_svc._execute_function = execute


#: From the call until a free execution environment has the event, and back, on a busy machine.
_HAND_OVER_SECONDS = 30
invocations: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
waiting: dict[str, queue.SimpleQueue[dict[str, Any]]] = {}


def judge_alarms_by_dimensions() -> None:
    """Let an alarm see the metric of its own dimensions, not every metric of that name."""
    inner = cloudwatch._evaluate_alarm

    def evaluate(alarm: dict[str, Any]) -> None:
        wanted = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
        own = {key: points for key, points in cloudwatch._metrics.items() if key[2] == wanted}
        FunctionType(inner.__code__, {**vars(cloudwatch), "_metrics": own})(alarm)

    cloudwatch._evaluate_alarm = evaluate


def name_batch_actions() -> None:
    """Let IAM judge a batch call of SQS by the single call's action. Source: "Amazon SQS API permissions"."""
    inner = iam_actions.extract_iam_action

    def extract(service: str, *request: Any) -> str | None:
        action: str | None = inner(service, *request)
        return action.removesuffix("Batch") if action and service == "sqs" else action

    iam_actions.extract_iam_action = extract


def name_schedule_groups() -> None:
    """Let IAM judge a call about a schedule by the group that it names: ministack takes the default group for all of them."""
    inner = iam_actions.extract_resource_arn

    def extract(service: str, *request: Any) -> str:
        arn: str = inner(service, *request)
        if service != "scheduler":
            return arn
        _method, _path, _headers, body, query, *_place = request
        given = query.get("groupName") or json.loads(body or b"{}").get("GroupName") or "default"
        group = given[0] if isinstance(given, list) else given
        return arn.replace(":schedule/default/", f":schedule/{group}/", 1)

    iam_actions.extract_resource_arn = extract


def _private(path: str, body: bytes) -> tuple[int, bytes]:
    with responses.request_scope(ACCOUNT, REGION):
        if path == "/_local/service-events":
            eventbridge._ensure_default_bus()
            answer = eventbridge._put_events(json.loads(body), allow_aws_source=True)
            return answer[0], answer[2]
        if path == "/_local/invocations":
            return 200, json.dumps([invocations.get() for _ in range(invocations.qsize())]).encode()
        number = path.removeprefix("/_local/invocations/")
        if number in waiting:
            waiting[number].put(json.loads(body))
            return 200, b"{}"
        name = path.removeprefix("/_local/function-credentials/")
        if name == path or name not in lambda_svc._functions:
            return 404, b"{}"
        config = lambda_svc._functions[name]["config"]
        return 200, json.dumps(lambda_runtime.execution_credentials(config)).encode()


def with_private_routes(inner: Asgi) -> Asgi:
    """Wrap the emulator: paths below ``/_local/`` are answered here, everything else by ministack itself."""

    async def outer(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/_local/"):
            await inner(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        status, answer = _private(scope["path"], body)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return outer


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    register_handlers()
    run_no_mappings()
    hold_invocations()
    judge_alarms_by_dimensions()
    name_batch_actions()
    name_schedule_groups()
    aws_permissions.evaluate_all()
    ministack.app.app = with_private_routes(ministack.app.app)
    sys.argv = sys.argv[:1]
    ministack.app.main()
