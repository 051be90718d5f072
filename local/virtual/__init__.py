"""AWS in virtual time: the service's own code runs against queues, tables, buses, functions and Amazon Connect that take no time.

    Loop          the virtual clock and what is going to happen; tasks are synchronous code (greenlets) that wait in it
    Queue         an SQS standard queue with redrive            Table   a DynamoDB table with conditional writes
    Bus           an EventBridge bus that remembers             Function   Lambda with its SQS event source
    Scheduler     one-time schedules of EventBridge Scheduler
    Cloud         all of these put together around the model of Amazon Connect
    Weather       the faults between them, as plain data (``Fault``)

Everything is decided by the seeds of the ``random.Random`` objects handed in: the same seed, the same run, to the last byte.
"""

from local.virtual.bus import Bus, Published
from local.virtual.cloud import Cloud, Kit, Layout
from local.virtual.dynamodb import Table
from local.virtual.environment import Context, Handler, Host, Invocation
from local.virtual.function import Function, Sizing
from local.virtual.loop import Killed, Loop, Task
from local.virtual.queue import Message, Queue
from local.virtual.scheduler import Schedule, Scheduler
from local.virtual.weather import Fault, Kind, Weather
from local.virtual.wire import Patience

__all__ = [
    "Bus",
    "Cloud",
    "Context",
    "Fault",
    "Function",
    "Handler",
    "Host",
    "Invocation",
    "Killed",
    "Kind",
    "Kit",
    "Layout",
    "Loop",
    "Message",
    "Patience",
    "Published",
    "Queue",
    "Schedule",
    "Scheduler",
    "Sizing",
    "Table",
    "Task",
    "Weather",
]
