"""What nginx-rtmp says of its streams on `/stat`, as values; it asks nobody itself."""

from dataclasses import dataclass
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class StreamStat:
    """One stream at the ingest, published or only waited for by a player.

    Attributes:
        name: The stream key.
        publishing: Somebody sends it now.
        publisher: The server's number of the sending connection: the same number is the same publication.
        nclients: Connections, the publisher included.
        bytes_in: Media bytes since the stream was first heard of; from 0 again once all its clients had gone.
        up_ms: How long the stream is known.
        video: Codec as nginx names it (`H264`), None as long as no video header came.
        audio: The same (`AAC`, `MP3`).
        width, height, frame_rate, profile: Of the video.
        sample_rate: Of the audio, in Hz.
    """

    name: str
    publishing: bool
    publisher: int | None
    nclients: int
    bytes_in: int
    up_ms: int
    video: str | None
    audio: str | None
    width: int | None
    height: int | None
    frame_rate: float | None
    profile: str | None
    sample_rate: int | None


def parse_stat(xml: str) -> dict[str, StreamStat]:
    """Return every stream of every application by its key."""
    streams = [_stream(node) for node in ET.fromstring(xml).iter("stream")]
    return {stream.name: stream for stream in streams}


def _stream(node: ET.Element) -> StreamStat:
    publisher = next((c for c in node.iter("client") if c.find("publishing") is not None), None)
    video, audio = node.find("meta/video"), node.find("meta/audio")
    width, height, frame_rate = (_number(video, tag) for tag in ("width", "height", "frame_rate"))
    sample_rate = _number(audio, "sample_rate")
    return StreamStat(
        name=node.findtext("name", ""),
        publishing=publisher is not None,
        publisher=int(publisher.findtext("id", "0")) if publisher is not None else None,
        nclients=int(node.findtext("nclients", "0")),
        bytes_in=int(node.findtext("bytes_in", "0")),
        up_ms=int(node.findtext("time", "0")),
        video=_text(video, "codec"),
        audio=_text(audio, "codec"),
        width=None if width is None else int(width),
        height=None if height is None else int(height),
        frame_rate=frame_rate,
        profile=_text(video, "profile"),
        sample_rate=None if sample_rate is None else int(sample_rate),
    )


def _text(node: ET.Element | None, tag: str) -> str | None:
    # nginx writes <codec></codec> for what it does not know.
    return (node.findtext(tag) or None) if node is not None else None


def _number(node: ET.Element | None, tag: str) -> float | None:
    text = _text(node, tag)
    return None if text is None else float(text)
