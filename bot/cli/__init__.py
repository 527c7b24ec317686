"""What the `streambro` command does, a module per subcommand."""
