"""Slack: events in over HTTP or Socket Mode, replies out as blocks and native streams."""
