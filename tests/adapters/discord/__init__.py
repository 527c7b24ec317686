"""The Discord adapter on the real discord.py, against the fake platform that keeps the published limits."""
