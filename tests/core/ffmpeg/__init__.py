"""The engine room of FFmpeg processes: commands, files, identity, samples and ends."""
