"""What is remembered, in SQLite; values go in and out, rows never leave."""

from core.store.store import Store

__all__ = ["Store"]
