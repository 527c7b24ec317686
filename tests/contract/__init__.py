"""The same conversations on every platform: what one person is told, all are told."""
