"""Bots to compare with: small, and with nothing durable."""
