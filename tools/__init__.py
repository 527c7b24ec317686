"""Sets up the machine for `make`; it uses the standard library alone and is no part of the service."""
