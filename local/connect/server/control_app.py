"""The control address: steering the simulator and reading what really happened, in JSON. ``GET /_control/`` explains it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.connect.model import Connect, ConnectError, Course, Fault, FaultKind, views
from local.connect.model.operations import OPERATIONS
from local.connect.server.control_help import HELP
from local.connect.server.pulse import Pulse
from local.connect.server.simulator import Simulator

Handler = Callable[[Request], Awaitable[Response]]

#: What others can do, by the value of ``do``; the rest of the body are the keywords of the model's ``Others``.
DOINGS = (
    "transfer",
    "end",
    "pause",
    "resume",
    "place",
    "link_task",
    "archive_flow",
    "publish_flow",
    "set_course",
    "replicate",
    "announce",
)


def control_app(simulator: Simulator, pulse: Pulse) -> Starlette:
    """Build the application of the control address."""
    control = _Control(simulator, pulse)
    paths: list[tuple[str, str, Handler]] = [
        ("GET", "/", control.explain),
        ("GET", "/state", control.state),
        ("GET", "/contacts/{contact_id}", control.contact),
        ("GET", "/history", control.history),
        ("GET", "/stats", control.stats),
        ("GET", "/switches", control.switches),
        ("PATCH", "/switches", control.set_switches),
        ("GET", "/quotas", control.quotas),
        ("PATCH", "/quotas", control.set_quotas),
        ("PUT", "/instances/{instance_id}/active-tasks", control.set_active_tasks),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.add_fault),
        ("DELETE", "/faults", control.clear_faults),
        ("DELETE", "/faults/{number:int}", control.remove_fault),
        ("POST", "/others", control.others),
        ("GET", "/events", control.events),
        ("POST", "/seed", control.seed),
        ("POST", "/reset", control.reset),
    ]
    routes = [Route(f"/_control{path}", handler, methods=[method]) for method, path, handler in paths]
    return Starlette(routes=routes, exception_handlers={_Refused: _refuse})


class _Refused(Exception):
    """The control call cannot be carried out; the text says why and what to do."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def _refuse(_: Request, refused: Exception) -> Response:
    status, reason = (refused.status, refused.reason) if isinstance(refused, _Refused) else (500, str(refused))
    return JSONResponse({"error": reason}, status)


async def _body(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise _Refused(400, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise _Refused(400, "The body is not a JSON object.")
    return body


def _number(request: Request, name: str, default: float) -> float:
    given = request.query_params.get(name, str(default))
    try:
        return float(given)
    except ValueError as error:
        raise _Refused(400, f"{name} must be a number.") from error


class _Control:
    def __init__(self, simulator: Simulator, pulse: Pulse) -> None:
        self._simulator = simulator
        self._pulse = pulse

    @property
    def _connect(self) -> Connect:
        connect = self._simulator.connect
        connect.tick()
        return connect

    async def explain(self, _: Request) -> Response:
        return JSONResponse(
            {**HELP, "simulated": sorted(OPERATIONS), "faults": [str(kind) for kind in FaultKind], "doings": DOINGS}
        )

    async def state(self, _: Request) -> Response:
        store = self._connect.store
        return JSONResponse(
            {
                "instances": [
                    {**views.instance(i), "ActiveTasks": len(i.active_tasks), "ActiveTaskQuota": i.active_task_quota}
                    for i in store.instances.values()
                ],
                "flows": [{**views.flow_summary(f), "Course": f.course} for f in store.flows.values()],
                "queues": [{**views.queue_summary(q), "Course": q.course} for q in store.queues.values()],
                "users": [{**views.user_summary(u), "Course": u.course} for u in store.users.values()],
                "contacts": len(store.contacts),
                "active_contacts": sum(1 for contact in store.contacts.values() if contact.active),
                "events": len(self._simulator.events),
            }
        )

    async def contact(self, request: Request) -> Response:
        contact = self._connect.store.contacts.get(request.path_params["contact_id"])
        if contact is None:
            raise _Refused(404, "No such contact.")
        truth = {**vars(contact), "instance": contact.instance.arn, "active": contact.active}
        return JSONResponse({key: value for key, value in truth.items() if key not in ("name", "description")})

    async def history(self, request: Request) -> Response:
        history = self._connect.history
        calls, transfers = int(_number(request, "calls_after", 0)), int(_number(request, "transfers_after", 0))
        limit = int(_number(request, "limit", 10_000))
        return JSONResponse(
            {
                "calls": [asdict(record) for record in history.calls[calls : calls + limit]],
                "transfers": [asdict(record) for record in history.transfers[transfers : transfers + limit]],
            }
        )

    async def stats(self, _: Request) -> Response:
        return JSONResponse(self._connect.history.stats())

    async def switches(self, _: Request) -> Response:
        return JSONResponse(self._connect.switches.as_dict())

    async def set_switches(self, request: Request) -> Response:
        changes = await _body(request)
        try:
            return JSONResponse(self._connect.set_switches(**changes).as_dict())
        except ValueError as error:
            raise _Refused(400, str(error)) from error

    async def quotas(self, _: Request) -> Response:
        return JSONResponse(self._connect.quotas.as_dict())

    async def set_quotas(self, request: Request) -> Response:
        connect = self._connect
        for operation, rate in (await _body(request)).items():
            try:
                if rate is None:
                    connect.set_quota(operation, None)
                else:
                    connect.set_quota(operation, float(rate["rate"]), float(rate.get("burst", max(1.0, rate["rate"]))))
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise _Refused(400, f'{operation} must be null or {{"rate": …, "burst": …}}: {error}') from error
        return JSONResponse(connect.quotas.as_dict())

    async def set_active_tasks(self, request: Request) -> Response:
        quota = (await _body(request)).get("quota")
        if not isinstance(quota, int):
            raise _Refused(400, 'The body must be {"quota": number of tasks}.')
        try:
            self._connect.set_active_task_quota(request.path_params["instance_id"], quota)
        except KeyError as error:
            raise _Refused(404, "No such instance.") from error
        return JSONResponse({"quota": quota})

    async def faults(self, _: Request) -> Response:
        in_force = self._connect.store.faults.in_force()
        return JSONResponse({str(number): asdict(fault) for number, fault in in_force.items()})

    async def add_fault(self, request: Request) -> Response:
        body = await _body(request)
        try:
            number = self._connect.add_fault(Fault(**{**body, "kind": FaultKind(str(body.get("kind")))}))
        except (ValueError, TypeError) as error:
            raise _Refused(400, f"{error}; GET /_control/ lists the faults and their fields.") from error
        return JSONResponse({"number": number}, 201)

    async def clear_faults(self, _: Request) -> Response:
        self._connect.store.faults.clear()
        return JSONResponse({})

    async def remove_fault(self, request: Request) -> Response:
        return JSONResponse({"removed": self._connect.remove_fault(request.path_params["number"])})

    async def others(self, request: Request) -> Response:
        body = await _body(request)
        doing = body.pop("do", None)
        if doing not in DOINGS:
            raise _Refused(400, f"do must be one of {', '.join(DOINGS)}.")
        connect = self._connect
        try:
            if "in_seconds" in body:
                body["at"] = connect.store.now() + float(body.pop("in_seconds"))
            if doing == "set_course":
                body["course"] = Course(body.get("course", Course.ARRIVES))
            getattr(connect.others, doing)(**body)
        except KeyError as error:
            raise _Refused(404, f"Nothing has the id {error}.") from error
        except (TypeError, ValueError) as error:
            raise _Refused(400, f"{doing}: {error}") from error
        except ConnectError as error:
            raise _Refused(409, str(error)) from error
        self._pulse.wake()
        return JSONResponse({})

    async def events(self, request: Request) -> Response:
        after = int(_number(request, "after", 0))
        wait = min(_number(request, "wait", 0), 30.0)
        self._connect.tick()
        if wait > 0:
            await self._simulator.events.wait(after, wait)
        return JSONResponse({"events": self._simulator.events.after(after)})

    async def seed(self, request: Request) -> Response:
        instance_id = (await _body(request)).get("instance_id")
        if instance_id not in self._connect.store.instances:
            raise _Refused(404, 'The body must be {"instance_id": id of an instance that exists}.')
        return JSONResponse(asdict(self._simulator.seed(str(instance_id))))

    async def reset(self, _: Request) -> Response:
        self._simulator.reset()
        self._pulse.wake()
        return JSONResponse({})
