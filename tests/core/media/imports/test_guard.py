"""An import reaches the internet and nothing else, however its link is dressed up."""

import ipaddress
from pathlib import Path

import pytest

from core.errors import LinkRefused
from core.media.fetch import Fetcher
from core.media.fetch_guard import PublicOnly
from core.media.imports import Imports
from core.media.link import check_url
from core.model import Actor
from tests.core.media.imports.conftest import QuickClock
from tests.fakes.web import Names, OnlyHere, Web

CLOSED = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:1::1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", CLOSED)
def test_closed_addresses_are_not_reached(address: str) -> None:
    """Loopback, private networks, clouds' metadata, and these wrapped in other addresses are out of reach."""
    assert not PublicOnly().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "64:ff9b::101:101", "::ffff:1.1.1.1"]
)
def test_public_addresses_are_reached(address: str) -> None:
    """Whatever anyone on the internet can reach can be imported from."""
    assert PublicOnly().allows(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("file:///etc/passwd", "scheme"),
        ("ftp://example.org/a.mp4", "scheme"),
        ("gopher://example.org/", "scheme"),
        ("example.org/a.mp4", "scheme"),
        ("http://", "invalid"),
        ("http://[::1", "invalid"),
        ("http://example.org:99999/", "invalid"),
        ("http://exa mple.org/", "invalid"),
        ("http://example.org\\@127.0.0.1/", "invalid"),
        ("http://example.org/" + "a" * 5000, "invalid"),
        ("http://user:password@example.org/a.mp4", "credentials"),
    ],
)
def test_links_of_other_kinds_are_refused(url: str, reason: str) -> None:
    """Only http and https are followed, and a link that says two things is not followed at all."""
    with pytest.raises(LinkRefused) as refusal:
        check_url(url)
    assert refusal.value.reason == reason


def test_links_are_mended_as_browsers_do() -> None:
    """A link with spaces, letters of other alphabets or a fragment is fetched as a browser would."""
    assert check_url(" HTTPS://Example.org:8080/a%20b/ü?q=é#top ") == "https://example.org:8080/a%20b/%C3%BC?q=%C3%A9"
    assert check_url("http://bücher.example/x") == "http://xn--bcher-kva.example/x"


async def failure(imports: Imports, actor: Actor, url: str) -> str:
    """How an import of it fails."""
    view = await imports.wait((await imports.start(actor, url)).id)
    assert view.error is not None
    return f"{view.error.code} {view.error.data()['reason']}"


@pytest.mark.parametrize("host", ["127.0.0.2", "2130706434", "0x7f.2", "[::1]", "[::ffff:127.0.0.2]", "0"])
async def test_closed_hosts_are_not_even_asked(imports: Imports, actor: Actor, site: Web, host: str) -> None:
    """However the address is written, no connection is made."""
    port = site.base.rpartition(":")[2]

    assert await failure(imports, actor, f"http://{host}:{port}/film.mp4") == "link_refused private"
    assert site.requests == []


async def test_a_redirect_into_the_house_is_not_followed(imports: Imports, actor: Actor, site: Web) -> None:
    """A public server can't send the import on to an address that is not public."""
    inside = site.serve("/secret.mp4", b"secret").replace("127.0.0.1", "127.0.0.2")

    assert await failure(imports, actor, site.redirect("/film.mp4", inside)) == "link_refused private"
    assert [request.path for request in site.requests] == ["/film.mp4"]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
async def test_a_redirect_to_another_kind_is_not_followed(imports: Imports, actor: Actor, site: Web, to: str) -> None:
    """A redirect can't make a file of this machine of it."""
    assert await failure(imports, actor, site.redirect("/film.mp4", to)) == "link_refused scheme"


async def test_redirects_that_never_end_do(imports: Imports, actor: Actor, site: Web) -> None:
    """A server that sends on in a circle is left."""
    assert await failure(imports, actor, site.redirect("/a.mp4", "/a.mp4")) == "link_refused redirects"
    assert len(site.requests) < 12


async def test_a_name_that_changes_its_address_gains_nothing(
    site: Web, clock: QuickClock, policy: OnlyHere, tmp_path: Path
) -> None:
    """A name that is public when it is looked at and private when it is called (DNS rebinding) is caught."""
    names = Names({"film.example": [["127.0.0.1"], ["127.0.0.2"]]})
    port = site.base.rpartition(":")[2]
    site.redirect("/film.mp4", f"http://film.example:{port}/again.mp4")
    fetcher = Fetcher(clock, policy, names)

    with pytest.raises(LinkRefused) as refusal:
        await fetcher.fetch(f"http://film.example:{port}/film.mp4", tmp_path / "film", measure_nothing)

    assert (refusal.value.reason, len(site.requests), names.asked) == ("private", 1, ["film.example"] * 2)


async def test_one_closed_address_among_many_closes_the_name(
    site: Web, clock: QuickClock, policy: OnlyHere, tmp_path: Path
) -> None:
    """A name with a public and a private address is not connected to at all."""
    names = Names({"film.example": [["127.0.0.1", "10.0.0.1"]]})

    url = f"http://film.example:{site.base.rpartition(':')[2]}/film.mp4"

    with pytest.raises(LinkRefused):
        await Fetcher(clock, policy, names).fetch(url, tmp_path / "film", measure_nothing)

    assert site.requests == []


async def measure_nothing(received_bytes: int, total_bytes: int | None) -> None:
    """Let a file of any size come."""


async def test_the_checked_address_is_the_one_that_is_called(
    site: Web, clock: QuickClock, policy: OnlyHere, tmp_path: Path
) -> None:
    """A name is resolved once for a connection, and the server still hears the name that was asked for."""
    names = Names({"film.example": [["127.0.0.1"], ["127.0.0.2"]]})
    site.serve("/film.mp4", b"film")
    url = f"http://film.example:{site.base.rpartition(':')[2]}/film.mp4"

    await Fetcher(clock, policy, names).fetch(url, tmp_path / "film", measure_nothing)

    assert (names.asked, site.requests[0].headers["Host"].partition(":")[0]) == (["film.example"], "film.example")
    assert (tmp_path / "film").read_bytes() == b"film"
