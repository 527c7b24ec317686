"""One stream's supervised life: states, verdicts, retries, limits."""
