"""The Lambda asset, built without Docker: pinned packages, only the modules in use, trimmed SDK data, byte code.

Nothing in here needs the CDK; ``contact_transfer_cdk.asset.bundling`` hands it over.
"""
