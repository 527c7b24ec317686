"""What a host has too little of, and how many streams it still has room for; values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Resource(StrEnum):
    """What a host has only so much of."""

    CPU = "cpu"  # in percent of one core
    MEMORY = "memory"  # in MiB
    UPLINK = "uplink"  # in kbit/s


@dataclass(frozen=True, slots=True)
class Shortage:
    """What a stream needs more of than may be used beside what runs already; in the resource's unit."""

    resource: Resource
    needs: float
    free: float


@dataclass(frozen=True, slots=True)
class Fits:
    """How many more streams of a kind fit: by each resource that is known, and by the limit of all."""

    by: Mapping[Resource, int]
    limit: int

    @property
    def count(self) -> int:
        """How many fit by all of them."""
        return min([self.limit, *self.by.values()])
