"""The components' styles and scripts: neutral, whole, and fetched only when something changed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from wmt.site.web import assets

CSS = """/*! Copyright */@font-face{font-family:GDS Transport;src:url(/assets/fonts/a.woff2)}
.a{font-family:GDS Transport,arial,sans-serif}.b{font-family:"GDS Transport", arial, sans-serif}
.c{background-image:url(/assets/images/govuk-crest.svg)}.d{background:url(/assets/images/x.svg)}
/*# sourceMappingURL=a.css.map */"""


def fake_fetch(css: str) -> Any:
    def fetch(folder: Path) -> None:
        govuk = folder / "node_modules" / "govuk-frontend" / "dist" / "govuk"
        govuk.mkdir(parents=True)
        (govuk / "govuk-frontend.min.css").write_text(css)
        (govuk / "govuk-frontend.min.js").write_text("export{};//# sourceMappingURL=a.js.map\n")
        fonts = folder / "node_modules" / "dejavu-fonts-ttf" / "ttf"
        fonts.mkdir(parents=True)
        for name in assets.FONTS:
            (fonts / name).write_bytes(b"letters")

    return fetch


def test_what_is_for_gov_uk_only_is_taken_out() -> None:
    css = assets.neutral_css(CSS)
    assert css == (
        f".a{{font-family:{assets.FONT}}}.b{{font-family:{assets.FONT}}}\n"
        ".c{background-image:none}.d{background:url(images/x.svg)}\n"
    )


@pytest.mark.parametrize("left", [".a{font:16px GDS Transport}", ".crest{}", "@font-face{src:local(x)}"])
def test_what_a_newer_version_brings_back_is_refused(left: str) -> None:
    with pytest.raises(assets.AssetsError, match="still has"):
        assets.neutral_css(left)


def test_it_is_built_once_and_again_when_what_it_is_made_from_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "fetch", fake_fetch(CSS))
    built = tmp_path / "built"
    assert assets.build(built)
    assert not assets.build(built)
    assert (built / "govuk-frontend.min.js").read_text() == "export{};\n"
    monkeypatch.setattr(assets, "_fingerprint", lambda: "newer")
    assert assets.build(built)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["built"]


def test_a_failed_fetch_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "fetch", fake_fetch(CSS))
    assets.build(tmp_path / "built")
    monkeypatch.setattr(assets, "_fingerprint", lambda: "newer")
    monkeypatch.setattr(assets, "fetch", fake_fetch("@font-face{}"))
    with pytest.raises(assets.AssetsError):
        assets.build(tmp_path / "built")
    assert (tmp_path / "built" / "govuk-frontend.min.css").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["built"]


@pytest.mark.process
def test_a_registry_out_of_reach_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setattr(assets.build, "__defaults__", (tmp_path / "built",))
    assert assets.main() == 1
    said = capsys.readouterr().err
    assert "npm cannot reach its registry (ECONNREFUSED)" in said
    assert "npm_config_registry" in said
    assert not (tmp_path / "built").exists()


def test_the_lock_names_checksums_and_no_addresses() -> None:
    lock = (assets.HERE / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    wanted = json.loads((assets.HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in wanted.items():
        found = packages[f"node_modules/{name}"]
        assert found["version"] == version
        assert found["integrity"].startswith("sha512-")


def test_the_built_files_name_nothing_we_do_not_serve() -> None:
    css = (assets.BUILT / "govuk-frontend.min.css").read_text(encoding="utf-8")
    assert re.findall(r"url\((?!\"?data:)", css) == []
    assert "sourceMappingURL" not in (assets.BUILT / "govuk-frontend.min.js").read_text(encoding="utf-8")


def test_all_static_files_can_be_collected_with_names_by_content(tmp_path: Path, settings: Any) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    paths = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    ours = {"wmt.css", "wmt-charts.css", "wmt-print.css", "wmt.js", "wmt-icon.svg"}
    assert ours | {"govuk-frontend.min.css", "django_htmx/htmx-2.min.js"} <= set(paths)


def test_styles_and_scripts_may_run_under_the_policy() -> None:
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert "'unsafe-inline'" not in [*policy["style-src"], *policy["script-src"]]
