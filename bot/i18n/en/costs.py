"""English: what streams and host cost, and what still fits."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "alert.cpu": "{name} uses {value} % of a core for {time} (limit: {limit} %).",
    "alert.cpu_usual": "{name} uses {value} % of a core for {time} (usual: {usual} %).",
    "alert.memory": "{name} uses {value} MiB of memory for {time} (limit: {limit} MiB).",
    "alert.memory_usual": "{name} uses {value} MiB of memory for {time} (usual: {usual} MiB).",
    "alert.resource_over": "{name} is back to normal after {time}.",
    "alert.bitrate": "{name} → {destination} sends {rate} for {time} (usual: {usual}).",
    "alert.bitrate_low": "Picture or sound may be missing: look at it once.",
    "alert.bitrate_high": "The source or the encoder does something new: look at it once.",
    "alert.bitrate_over": "{name} → {destination} sends as usual again ({rate}) after {time}.",
    "alert.disk": "Disk: {free} left. Imports wait until there is {floor}.",
    "alert.disk_over": "Disk: {free} left, that is enough again.",
    "alert.host_memory": "The server's memory is {value} % full, for {time} now. "
    "Stop a stream before the system ends one.",
    "alert.host_memory_over": "The server has enough memory again, after {time}.",
    "alert.host_lag": "I am {value} s late in all I do, for {time} now: the server is overloaded or its disk hangs. "
    "Streams go on, but I notice trouble late.",
    "alert.host_lag_over": "I keep up again, after {time}.",
    "alert.host_cpu": "The server's CPU is {value} % busy, for {time} now. Stop an encoded stream before all stutter.",
    "alert.host_cpu_over": "The server's CPU has room again, after {time}.",
    "health.fits_none": "nothing more",
    "health.copies": Plural("{n} more copy", "{n} more copies"),
    "health.encodes": Plural("{n} more encoding", "{n} more encodings"),
    "health.either": "{copies}, or {encodes}",
    "health.copies_by": "copies by",
    "health.encodes_by": "encodings by",
    "health.by.cpu": "CPU",
    "health.by.memory": "memory",
    "health.by.uplink": "uplink",
    "health.by.limit": "limit",
    "health.fallen": "fell over, began anew",
    "health.uplink": "uplink",
    "health.uplink_of": "{now} of {total}",
    "health.uplink_now": "{now} now",
    "health.uplink_unknown": "not counted in what fits (monitor.uplink_mbps says what there is)",
    "health.uplink_best": "{best} at most so far",
    "room.cpu": "{value} % of a core",
    "room.memory": "{value} MiB",
    "card.short.cpu": "⚠️ The CPU is nearly full: this needs {needs}, {free} could be spared. Streams may stutter.",
    "card.short.memory": "⚠️ The memory is nearly full: this needs {needs}, {free} could be spared. "
    "The system may end a stream.",
    "card.short.uplink": "⚠️ The uplink is nearly full: this needs {needs}, {free} could be spared. "
    "Streams may stutter.",
    "error.overloaded.cpu": "This server's CPU has no room for it: it needs {needs}, {free} can be spared. "
    "Stop another stream first.",
    "error.overloaded.memory": "This server's memory has no room for it: it needs {needs}, {free} can be spared. "
    "Stop another stream first.",
    "error.overloaded.uplink": "This server's uplink has no room for it: it needs {needs}, {free} can be spared. "
    "Stop another stream first.",
}
