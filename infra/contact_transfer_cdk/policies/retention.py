"""What becomes of queues, table and keys when their stack goes."""

from __future__ import annotations

from aws_cdk import RemovalPolicy

#: Kept when the stack is deleted or a resource is replaced; deleted when its creation is rolled back. Plain "retain" would keep
#: it then, too: its fixed name would block the next attempt, and every attempt would leave keys that are paid for.
KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
