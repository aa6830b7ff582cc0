"""What may a demo touch, and what is an operator told at a start? Its own folder alone; one link first, and a true one."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from standalone.demo_couple.folder import MARKER, NotADemo, claim, keep
from standalone.demo_couple.people import BOTH
from standalone.demo_couple.settings import DemoRefused, demo_settings
from standalone.welcome import Ports, welcome
from twolamps_chassis.settings import Settings


def test_a_demo_has_a_data_folder_and_a_clock_of_its_own() -> None:
    settings = demo_settings(Settings(), beyond_loopback=False)
    assert (settings.env, settings.data) == ("demo", Path(".twolamps-demo"))
    assert settings.clock_file == Path(".twolamps-demo/clock")
    elsewhere = demo_settings(Settings(data=Path("/tmp/there"), log_level="debug"), beyond_loopback=False)
    assert (elsewhere.data, elsewhere.log_level) == (Path("/tmp/there"), "debug")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"postgres": "postgresql://x"}, "TWOLAMPS_POSTGRES"),
        ({"kafka": "kafka:9092", "redis": "redis://r"}, "TWOLAMPS_KAFKA, TWOLAMPS_REDIS"),
        ({"keys": "/keys"}, "TWOLAMPS_KEYS"),
        ({"clock_file": "/clock"}, "TWOLAMPS_CLOCK_FILE"),
        ({"env": "production"}, "TWOLAMPS_ENV"),
    ],
)
def test_what_leads_to_another_platforms_data_is_refused_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(DemoRefused, match=named):
        demo_settings(Settings.model_validate(given), beyond_loopback=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "lamps.example"])
@pytest.mark.parametrize("name", ["host", "admin_host"])
def test_a_demo_listens_beyond_loopback_only_where_the_operator_says_so(host: str, name: str) -> None:
    given = Settings.model_validate({name: host})
    with pytest.raises(DemoRefused, match=re.escape(host)):
        demo_settings(given, beyond_loopback=False)
    assert getattr(demo_settings(given, beyond_loopback=True), name) == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_loopback_nothing_needs_to_be_said(host: str) -> None:
    assert demo_settings(Settings(host=host), beyond_loopback=False).host == host


def test_a_folder_that_no_demo_made_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(NotADemo, match=str(tmp_path)):
        claim(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["keys"]


def test_what_was_lived_is_kept_and_what_was_cut_short_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert not claim(folder)
    (folder / "keys").mkdir()
    (folder / "clock").write_text("-3600")
    assert not claim(folder)
    assert [entry.name for entry in folder.iterdir()] == [MARKER]
    (folder / "keys").mkdir()
    keep(folder)
    assert claim(folder)
    assert (folder / "keys").is_dir()
    assert json.loads((folder / MARKER).read_text()) == {"lived": True}


def said(settings: Settings, *, demo: bool = False) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(welcome(settings, Ports(8410, 8411, 8412), demo=demo))
    return captured.get()


def links(text: str) -> list[str]:
    return re.findall(r"https?://\S+", text)


@pytest.mark.parametrize(
    ("host", "link"),
    [
        ("127.0.0.1", "http://127.0.0.1:8410/"),
        ("0.0.0.0", "http://127.0.0.1:8410/"),
        ("192.168.1.5", "http://192.168.1.5:8410/"),
        ("::1", "http://[::1]:8410/"),
    ],
)
@pytest.mark.parametrize("demo", [False, True], ids=["empty", "demo"])
def test_one_link_is_said_the_web_apps_where_the_platform_listens(host: str, link: str, demo: bool) -> None:
    text = said(Settings(host=host), demo=demo)
    assert links(text) == [link]
    assert ("HTTPS" in text) is (host == "192.168.1.5")


def test_an_origin_of_the_operators_is_the_link() -> None:
    settings = Settings(web_origins=["https://lamps.local:8443"])
    assert links(said(settings)) == ["https://lamps.local:8443/"]
    assert "cookies apart" not in said(settings, demo=True)


def test_a_demo_says_who_its_people_are_and_how_one_browser_is_both() -> None:
    text = said(Settings(), demo=True)
    for who in BOTH:
        assert who.mail in text
        assert who.password in text
        assert who.password not in said(Settings())
    assert "127.0.0.1 and localhost keep their cookies apart" in text
    assert "for this demo alone" in text
