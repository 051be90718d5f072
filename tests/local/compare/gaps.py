"""What the emulator (ministack 1.5.33) is known not to keep, each with its reason. The one place for such exceptions.

A property stands here only while it really differs: one that matches is reported as stale.
"""

from __future__ import annotations

#: Types with nothing to read back: the first is nothing anywhere, the second nothing in the emulator, which has no saved queries.
IGNORED_TYPES = frozenset({"AWS::CDK::Metadata", "AWS::Logs::QueryDefinition"})

#: (type, property) -> why the deployed value differs from the template's.
GAPS: dict[tuple[str, str], str] = {
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"): "CloudFormation's table handler does not apply it",
    ("AWS::DynamoDB::Table", "SSESpecification"): "CloudFormation's table handler does not apply it",
    (
        "AWS::DynamoDB::Table",
        "TimeToLiveSpecification",
    ): "CloudFormation's table handler does not apply it; nothing expires",
    ("AWS::SNS::Topic", "KmsMasterKeyId"): "CloudFormation's topic handler does not apply it",
    ("AWS::Lambda::Function", "Code"): "no API names the bucket; the asset's folder itself is what runs here",
}
