"""The steps from one version of the tables to the next; only the migrating child process runs them."""
