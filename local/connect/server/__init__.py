"""The wire protocol of Amazon Connect around the model: what boto3 and the AWS CLI talk to."""
