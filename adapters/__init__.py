"""One package per chat platform: listen, render, send."""
