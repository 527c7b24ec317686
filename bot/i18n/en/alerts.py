"""English: what is said unasked."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "alert.dark": "{name} → {destination} went dark at {at}. {cause} Trying again in {left}.",
    "alert.still_dark": "{name} → {destination} has been dark since {at} ({n} tries). {cause}",
    "alert.next_try": "Next try in {left}.",
    "alert.refused": "{name} → {destination}: {platform} refuses the key or the address ({n} times).",
    "alert.recovered": Plural(
        "{name} → {destination} is back after {time} ({n} try).",
        "{name} → {destination} is back after {time} ({n} tries).",
    ),
    "alert.failed": "{name} → {destination} failed. {cause}",
    "alert.failed_tries": Plural("I gave it up after {n} try.", "I gave it up after {n} tries."),
    "alert.blind": "{name} → {destination} goes on, but FFmpeg no longer says how: a disk was full. "
    "A slow stream or a lost sound would not be noticed.",
    "alert.blind_next": "Make room on the disk; a planned break of a few seconds then brings its numbers back.",
    "alert.blind_over": "{name} → {destination} can be watched again.",
    "alert.slow": "{name} → {destination} is too slow: {speed} of real time. Viewers see it stutter.",
    "alert.slow_next": "If it stays so, it is started anew. {advice}",
    "alert.slow_over": "{name} → {destination} keeps up again ({speed}).",
    "alert.rotated": "{name} → {destination} begins anew as planned after {time}: dark for some seconds.",
    "alert.ended.stopped": "{name} stopped by {by}",
    "alert.ended.stopped_itself": "{name} stopped",
    "alert.ended.scheduled": "{name} stopped as planned",
    "alert.ended.finished": "{name} was played to its end",
    "alert.ended.failed": "{name} is off air. {cause}",
    "alert.group": Plural("{n} stream went dark at {at}: {where}.", "{n} streams went dark at {at}: {where}."),
    "alert.group.all_to": "all to {destination}",
    "alert.group.to": "to {destinations}",
    "alert.group.one_platform": "The network or {platform} is away.",
    "alert.group.many_platforms": "The network is away.",
    "alert.group.trying": "Trying again.",
    "alert.group.failed": Plural("{n} stream is off air for good.", "{n} streams are off air for good."),
    "alert.group.recovered": Plural("{n} stream is back after {time}.", "{n} streams are back after {time} at most."),
    "alert.was_dark": "Dark from {since} to {until}. {cause}",
    "alert.given_up": "{name} → {destination} went dark at {since} and was given up at {until}.",
    "alert.closed_by_end": "{name} → {destination} went dark at {since}; the stream ended at {until}.",
    "alert.group.closed": Plural("{n} stream is not tried any more.", "{n} streams are not tried any more."),
    "alert.moved": "The group {chat} of {space} has a new id: {to}. Put it into config.yaml (spaces.{space}) beside "
    "the old one and restart me; until then orders given there are not {space}'s.",
    "alert.closed": "I can't write to {chat} any more: its alerts have ended. /alerts on starts them elsewhere.",
    "alert.not_taken": "{chat} was not told of trouble with {names}: its platform refuses that message again and "
    "again. Why stands in the service's log.",
    "alert.channel.fell": "I don't hear {platform} any more, by a fault of mine; it stands in the service's log. I try "
    "again by myself. The streams go on.",
    "alert.channel.refused": "{platform} refuses my token, so nobody reaches me there. Put a new one into {setting} "
    "and start the service anew. The streams go on.",
    "alert.channel.back": "I hear {platform} again.",
    "alert.part.fell": "A part of me fell over by a fault of mine and begins anew: {part}. The streams go on; why "
    "it fell stands in the service's log.",
    "alert.part.back": "All is well again: {part}.",
    "part.pump": "noticing what happens to streams",
    "part.sweep": "watching the streams",
    "part.fast_sweep": "noticing that a stream turns live",
    "part.measuring": "measuring what streams cost",
    "part.timers": "timers",
    "part.monitor": "watching the host",
    "part.lag": "watching my own delay",
    "part.schedules": "schedules",
    "part.alerts": "alerts",
    "part.cards": "cards and boards",
    "part.outbox": "sending",
    "part.daily": "daily reports",
    "alert.back": "Back.",
    "alert.back.went_on": Plural("{n} stream went on without a break", "{n} streams went on without a break"),
    "alert.back.still_dark": Plural("{n} is still dark", "{n} are still dark"),
    "alert.back.started": Plural("{n} was started again ({names})", "{n} were started again ({names})"),
    "alert.back.died": "{name}: FFmpeg had died at {at}",
    "alert.back.stopped": Plural(
        "{n} had come to its planned end ({names})", "{n} had come to their planned end ({names})"
    ),
    "alert.back.nothing": "No streams were wanted.",
    "alerts.on": "Alerts come here.",
    "alerts.off": "No alerts come here.",
    "alerts.unsaid": "This chat is told of the streams that were started here, until a chat says: /alerts on",
    "alerts.level.all": "It is told of trouble, and of what ends as planned.",
    "alerts.level.problems": "It is told of trouble only.",
    "alerts.muted": "Muted until {at}. What happens until then is told after it.",
    "alerts.quiet": "Between {since} and {until} only red alerts make a sound.",
    "alerts.report": "Every day at {at} ({zone}) the report comes here.",
    "alerts.no_report": "No daily report comes here.",
    "alerts.zone": "Times here are those of {zone}.",
}
