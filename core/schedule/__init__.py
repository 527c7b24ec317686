"""The rules of schedules: when runs fall, meet and are due, as pure functions; it starts nothing and keeps nothing."""
