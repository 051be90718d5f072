"""SQS and EventBridge: batches in, outcome events and parked messages out."""
