"""Rentbook keeps the rent book."""

__version__ = "0.1.0"
