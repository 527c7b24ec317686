"""Files, playlists and whether they may be copied."""
