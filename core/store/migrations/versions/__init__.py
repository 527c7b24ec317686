"""One module a step; once released, never changed."""
