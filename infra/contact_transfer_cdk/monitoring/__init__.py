"""Alarms, topics, dashboard and saved queries."""
