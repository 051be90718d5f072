"""What the service remembers of contacts, request ids and route quotas, in DynamoDB."""
