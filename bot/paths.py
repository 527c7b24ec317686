"""Where a configuration's files lie: relative paths count from the file that names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from core.data_folder import DataFolder

if TYPE_CHECKING:
    from bot.config import Config

KEY_FILE_NAME = "streambro.key"


@dataclass(frozen=True, slots=True)
class Paths:
    """The configuration file, the data folder and the key file, all absolute."""

    config: Path
    data: Path
    key_file: Path

    @classmethod
    def of(cls, config_file: Path, config: Config) -> Self:
        """Return the paths that a configuration means. The key file lies beside it, outside of the data folder."""
        base = config_file.absolute().parent
        key_file = base / config.key_file if config.key_file else base / KEY_FILE_NAME
        return cls(config_file.absolute(), base / Path(config.data_dir).expanduser(), key_file.expanduser())

    def folder(self) -> DataFolder:
        """Return the data folder, not yet taken."""
        return DataFolder(self.data)
