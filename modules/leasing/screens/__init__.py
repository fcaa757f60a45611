"""Leasing's screens, topic by topic."""
