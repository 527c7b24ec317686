"""Breaks everything around a running service, in a seeded random order, and holds what people were told against it."""
