"""English: files that come in, by link or sent in a chat."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.import": "Fetch a file from a link into the media library",
    "command.import.url": "A direct link, or a public Google Drive link",
    "command.import.name": "What to call it",
    "import.waiting": "{name}: waits its turn",
    "import.receiving": "{name}: {percent} % of {total}",
    "import.receiving.unknown": "{name}: {received} so far",
    "import.rate": "{rate}/s, {left} left",
    "import.checking": "{name}: all here, looking into it",
    "import.done": "{name} is in the library ({size}). Go live: /startstream",
    "import.failed": "{name} could not be imported. {why}",
    "import.broken_off": "{name}: broken off, since the service was restarted. Send the link or the file again.",
    "import.cancelled": "{name}: cancelled. Nothing was kept.",
    "import.none": "Nothing is being imported.",
    "import.how": "Send a file here, or a link: /import url",
    "error.not_found.import": "No import {name} is under way. /import shows them.",
    "error.limit_exceeded.imports": "You have {used} imports under way; {allowed} is the most. Wait for one, or "
    "cancel one: /import",
    "error.link_refused.scheme": "That is no link that I can follow. It has to begin with https:// or http://.",
    "error.link_refused.invalid": "That link is broken. Copy it again.",
    "error.link_refused.credentials": "Leave user name and password out of the link.",
    "error.link_refused.private": "That link leads to a private address. I only fetch from the public internet.",
    "error.link_refused.redirects": "That link leads from one place to the next without end. Take another.",
    "error.link_refused.not_found": "There is nothing at that link. Copy it again.",
    "error.link_refused.denied": "Its server doesn't hand that file to me. Make the link public.",
    "error.link_refused.not_a_file": "That link leads to a web page, not to a file. Copy the download link.",
    "error.link_refused.drive_folder": "That is a folder. Open it in Google Drive and copy the link of one file.",
    "error.link_refused.drive_private": "Google Drive shows that file to some people only. Share it with 'Anyone with "
    "the link', then try again.",
    "error.link_refused.drive_busy": "Too many people have fetched that file from Google Drive. Try again tomorrow, "
    "or make a copy of it there.",
    "error.fetch_failed.away": "I can't reach the place where it lies. Try again later.",
    "error.fetch_failed.broke_off": "The connection broke off again and again. Try again later.",
    "error.fetch_failed.refused": "Its server refused. Try another link.",
    "error.fetch_failed.disk": "It could not be written to the disk. Tell an admin.",
    "error.no_room.file": "That file is too big: {size} is the most. Cut it, or an admin raises media.max_upload_mib.",
    "error.no_room.quota": "That is more than your share: {size} is left. Delete what you no longer need: /media",
    "error.no_room.disk": "The disk is too full: {size} may still come in. Delete what nobody needs: /media",
    "error.beyond_platform": "{platform} gives bots {limit_mb} MB at most. Send a link instead: /import",
}
