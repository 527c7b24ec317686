"""Files: which fit, and that they arrive as they were sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from telegram import Bot, InputMediaPhoto
from telegram.error import BadRequest, NetworkError

from tests.fakes.telegram_api import Attachment, Chat, FakeTelegram, User
from tests.fakes.test_telegram_api.client import a_bot, png, refusal

MIB = 1024 * 1024
Call = Callable[[Bot], Awaitable[object]]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda bot: bot.send_photo(777, png(9, 9, 10 * MIB + 1)), "too big for a photo; the maximum size is 10485760"),
        (lambda bot: bot.send_photo(777, b"no picture"), "Image_process_failed"),
        (lambda bot: bot.send_photo(777, png(9000, 1001)), "Photo_invalid_dimensions"),
        (lambda bot: bot.send_photo(777, png(1, 21)), "Photo_invalid_dimensions"),
        (lambda bot: bot.send_photo(777, "no-such-id"), "Wrong file identifier/http url specified"),
        (lambda bot: bot.send_document(777, b""), "File must be non-empty"),
        (lambda bot: bot.send_document(777, b"x", caption="x" * 1025), "Message caption is too long"),
        (lambda bot: bot.send_chat_action(777, "dancing"), "Wrong parameter action in request"),
    ],
)
@pytest.mark.usefixtures("chat")
async def test_file_that_does_not_fit_is_refused(bot: Bot, call: Call, told: str) -> None:
    """Photos are pictures of 10 MB and 10000 pixels at most, files are not empty, captions have 1024 characters."""
    assert told.lower() in (await refusal(call(bot))).lower()


async def test_files_of_50_mb_go_up_and_of_20_mb_come_down(
    telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat
) -> None:
    """A bot uploads 50 MB and downloads 20 MB, and not a byte more."""
    films = [
        await telegram.say(rina, chat, video=Attachment(name="a.mp4", size_bytes=20 * MIB + over)) for over in (0, 1)
    ]
    ids = [film.media.file_id for film in films if film.media]

    assert (await bot.get_file(ids[0])).file_size == 20 * MIB
    assert await refusal(bot.get_file(ids[1])) == "File is too big"
    assert await refusal(bot.get_file("nonsense")) == "Wrong file_id or the file is temporarily unavailable"
    told = await refusal(bot.send_document(chat.id, b"x" * (50 * MIB + 1)), NetworkError)
    assert told == "Request Entity Too Large"
    await bot.send_document(chat.id, b"x" * 50 * MIB, caption="x" * 1024)


async def test_files_arrive_as_they_were_sent(telegram: FakeTelegram, bot: Bot, rina: User, chat: Chat) -> None:
    """What the bot uploads is what a person gets, and the other way round."""
    sent = await bot.send_document(chat.id, b"log", filename="lofi.txt", caption="<i>log</i>", parse_mode="HTML")
    await telegram.say(rina, chat, "for tonight", document=Attachment(name="clip.mp4", content=b"film"))

    (message,) = telegram.messages(chat)
    assert message.media is not None
    assert (message.media.name, message.media.content, message.text) == ("lofi.txt", b"log", "log")
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.document is not None
    assert (update.message.document.file_name, update.message.caption) == ("clip.mp4", "for tonight")
    file = await update.message.document.get_file()
    assert await file.download_as_bytearray() == b"film"
    assert sent.document is not None
    await bot.send_document(chat.id, sent.document.file_id)
    assert telegram.messages(chat)[1].media is message.media


async def test_picture_of_a_message_can_be_replaced(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """A card shows another picture, and a text becomes a picture, without a new message."""
    sent = await bot.send_photo(chat.id, png(9, 9), caption="old")
    text = await bot.send_message(chat.id, "text")
    new = InputMediaPhoto(png(30, 20), caption="<b>new</b>", parse_mode="HTML")

    await bot.edit_message_media(new, chat.id, sent.message_id)
    await text.edit_media(new)
    with pytest.raises(BadRequest, match="Photo_invalid_dimensions"):
        await text.edit_media(InputMediaPhoto(png(1, 21)))

    for message in telegram.messages(chat):
        assert message.media is not None
        assert (message.text, message.media.width_px) == ("new", 30)


async def test_server_of_ones_own_gives_paths_and_any_size(tmp_path: Path) -> None:
    """With a Bot API server run beside the service a large file is there at once."""
    async with FakeTelegram(local_dir=tmp_path) as telegram, a_bot(telegram) as bot:
        rina = telegram.user(777, "Rina")
        film = Attachment(name="film.mp4", content=b"film", size_bytes=1500 * MIB)
        said = await telegram.say(rina, telegram.private_chat(rina), document=film)

        assert said.media is not None
        path = (await bot.get_file(said.media.file_id)).file_path

    assert path is not None
    assert await asyncio.to_thread(Path(path).read_bytes) == b"film"
