"""Screens of invoicing, a topic each."""
