"""StreamBro's engine: FFmpeg, streams, time and storage; it knows nothing of chat."""
