"""The dead-letter queue: looked at without losing or hiding messages, judged, sent again, dropped."""
