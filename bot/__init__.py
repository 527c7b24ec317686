"""Commands, people and words of StreamBro; it knows nothing of Telegram or Discord."""
