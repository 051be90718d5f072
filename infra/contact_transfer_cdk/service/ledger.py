"""The ledger's table: one item a contact, one a ``requestId``. Kept, and protected, when the stack goes.

Items of contacts in doubt, and no others, have ``inDoubtInstance`` and ``inDoubtSince``; those that a request with a batch names have
``batchKey``. The indexes list them, and a plain transfer writes to neither.
"""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from contact_transfer_cdk.policies.retention import KEPT

#: The index of contacts in doubt, and the one of contacts by batch.
IN_DOUBT, BATCH = "in-doubt", "batch"


class Ledger(Construct):
    """``table`` has the partition key ``pk`` and forgets items after ``expires`` (epoch seconds)."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey) -> None:
        super().__init__(scope, id_)
        self.table = dynamodb.Table(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="pk", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=key,
            deletion_protection=True,
            removal_policy=KEPT,
        )
        self.table.add_global_secondary_index(
            index_name=IN_DOUBT,
            partition_key=dynamodb.Attribute(name="inDoubtInstance", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="inDoubtSince", type=dynamodb.AttributeType.NUMBER),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.table.add_global_secondary_index(
            index_name=BATCH,
            partition_key=dynamodb.Attribute(name="batchKey", type=dynamodb.AttributeType.STRING),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
