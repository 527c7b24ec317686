"""config.yaml: the example tells the truth, every mistake is told at once with what to do, and no secret is told."""

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.config import Config, ConfigError, load
from bot.paths import Paths

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration file, not yet there."""
    return tmp_path / "config.yaml"


def mistakes(file: Path, text: str, **environ: str) -> list[str]:
    """Return what is said of a configuration."""
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(file, environ, needed=True)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_example_holds_the_defaults() -> None:
    """Whoever copies config.example.yaml changes nothing by it, and it shows every key that there is."""
    shown = yaml.safe_load(EXAMPLE.read_text())

    assert load(EXAMPLE, {}, needed=True) == Config()
    assert set(shown) == set(Config.model_fields)
    for name, block in shown.items():
        model = Config.model_fields[name].annotation
        if isinstance(block, dict) and isinstance(model, type) and issubclass(model, BaseModel):
            assert set(block) == set(model.model_fields), name


def test_nothing_is_needed(file: Path) -> None:
    """Without a file, and with an empty one, the defaults count."""
    assert load(file, {}, needed=False) == Config()
    file.write_text("")
    assert load(file, {}, needed=True) == Config()


def test_all_mistakes_at_once(file: Path) -> None:
    """Every mistake is told in one go: where, which key, what stands there, and what was probably meant."""
    told = mistakes(
        file,
        "limit: {total: 3}\nlimits: {per_user: many}\ntimezone: Asia/Jakrta\n"
        "shutdown: {streams: pause}\nstop: {grace: 3}\n",
    )

    assert len(told) == 5
    for part in (
        "Did you mean 'limits'?",
        "limits.per_user = 'many'",
        "did you mean Asia/Jakarta?",
        "'pause'",
        "grace_s",
    ):
        assert any(part in line for line in told), part
    assert all(line.startswith(str(file)) for line in told)


def test_environment_wins(file: Path) -> None:
    """Each value can come from the environment, lists and null too; it wins over the file."""
    file.write_text("limits: {total: 3, per_user: 2}\ntelegram: {admins: [1]}\nreport: {at: '09:00'}\n")
    environ = {
        "STREAMBRO_LIMITS__TOTAL": "7",
        "STREAMBRO_TELEGRAM__TOKEN": "1:abc",
        "STREAMBRO_TELEGRAM__ADMINS": "[7, 8]",
        "STREAMBRO_REPORT__AT": "null",
        "OTHER": "x",
    }

    config = load(file, environ, needed=True)

    assert (config.limits.total, config.limits.per_user) == (7, 2)
    assert config.telegram.token.get_secret_value() == "1:abc"
    assert config.telegram.admins == (7, 8)
    assert config.report.at is None


def test_mistakes_in_the_environment_are_named_as_such(file: Path) -> None:
    """A mistake in a variable is told by the variable's name, not by the file that is right."""
    told = mistakes(file, "", STREAMBRO_LIMITS__TOTAL="many", STREAMBRO_TELEGRAMM__TOKEN="x")

    assert any(line.startswith("environment: STREAMBRO_LIMITS__TOTAL") for line in told)
    assert any("STREAMBRO_TELEGRAMM__TOKEN" in line and "'telegram'" in line for line in told)


@pytest.mark.parametrize(
    "text",
    [
        "telegram: secret-word",
        "telegram: {token: [secret-word]}",
        "telegram: {token: secret-word, tokn: secret-word}",
        "a: 'secret-word",
    ],
)
def test_no_secret_is_told(file: Path, text: str) -> None:
    """However a token is written wrongly, no message repeats it."""
    # N8
    assert "secret-word" not in "\n".join(mistakes(file, text))


def test_a_token_is_not_shown_by_accident() -> None:
    """Printing the configuration, as a log or a traceback might, shows no token."""
    # N8
    config = Config.model_validate({"telegram": {"token": "secret-word"}, "discord": {"token": "secret-word"}})

    assert "secret-word" not in f"{config} {config!r} {config.telegram!r}"


def test_times_are_no_numbers(file: Path) -> None:
    """18:00 without quotes is a time of day, not YAML's old base-60 number."""
    file.write_text("report: {at: 18:00}\n")

    assert load(file, {}, needed=True).report.at == "18:00"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("limits: {total: 3}\nlimits: {total: 4}\n", "'limits' stands twice (line 2)"),
        ("- a\n- b\n", "'key: value'"),
        ("limits: {total: -1}\n", "limits.total"),
        ("spaces: {main: {}}\n", "main"),
        ("spaces: {My Club: {}}\n", "My Club"),
        ("report: {at: 25:00}\n", "report.at"),
        ("metrics: {listen: everywhere}\n", "metrics.listen"),
        ("a: [1\n", "line"),
        ("ffmpeg: {encoder: h265}\n", "ffmpeg.encoder = 'h265': it should be auto or libx264"),
        ("ffmpeg: {encoder: x264}\n", "did you mean libx264?"),
        ("stop: 5\n", "stop = 5: it should hold 'key: value' pairs. Known here: grace_s. Write it like {grace_s: 5}"),
        ("retry: {steps_s: []}\n", "retry.steps_s = []: it is empty. The default is [1, 2, 5, 10, 20, 40, 60]"),
        ("retry: {steps_s: 5}\n", "it should be a list"),
        ("report: {at: 25:00}\n", "report.at = '25:00': it isn't written as it should be. Write it like 08:00"),
        ("metrics: {listen: everywhere}\n", "Write it like 127.0.0.1:9464"),
        ("data_dir: 5\n", "it should be a text"),
        ("limits: {total: 1.5}\n", "it should be a whole number"),
        ("limits: {refuse_overload: perhaps}\n", "it should be true or false"),
    ],
)
def test_what_can_not_be_is_named(file: Path, text: str, part: str) -> None:
    """Keys that stand twice, wrong shapes and values out of bounds are named in a sentence."""
    told = "\n".join(mistakes(file, text))

    assert part in told
    assert not any(jargon in told for jargon in ("Traceback", "instance of", "tuple", "Tuple", "pattern"))


def test_files_that_can_not_be_read(file: Path, tmp_path: Path) -> None:
    """A missing file, a folder and a picture are told apart, each in a sentence."""
    with pytest.raises(ConfigError, match="streambro init"):
        load(file, {}, needed=True)
    with pytest.raises(ConfigError, match="can't be read"):
        load(tmp_path, {}, needed=True)
    file.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load(file, {}, needed=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(file: Path, text: str) -> None:
    """Whatever stands in the file, it is a configuration or a list of mistakes, never a traceback."""
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        config = load(file, {}, needed=True)
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either outcome is right, a third is not
    else:
        assert isinstance(config, Config)


def test_paths_count_from_the_file(tmp_path: Path) -> None:
    """Relative paths mean the same wherever the service is started from; the key lies outside of the data folder."""
    file = tmp_path / "etc" / "config.yaml"

    default = Paths.of(file, Config())
    named = Paths.of(file, Config(data_dir="../var/live", key_file="/keys/a.key"))

    assert (default.data, default.key_file) == (tmp_path / "etc" / "data", tmp_path / "etc" / "streambro.key")
    assert named.data.resolve() == tmp_path / "var" / "live"
    assert named.key_file == Path("/keys/a.key")
