"""The fake Telegram, proved with the real python-telegram-bot."""
