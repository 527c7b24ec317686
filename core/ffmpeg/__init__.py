"""FFmpeg as a program: what to call it with, how to watch it, how to end it."""
