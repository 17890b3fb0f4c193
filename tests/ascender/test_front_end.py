"""What no browser complains about aloud: an icon that is not there draws nothing, an inline style is just dropped."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PAGES = [template for template in TEMPLATES if "email" not in template.parts]
STATIC = settings.BASE_DIR / "static"

INLINE = re.compile(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//|url\(["']?(?:https?:)?//|@import""", re.IGNORECASE)

#: In a template, in a script, for an icon, by a filter.
WORN = re.compile(r'\b(?:class|className|extra)\s*=\s*"([^"]*)"|\b(?:return|else) "(asc-[^"]*)"')


def markup(template: Path) -> str:
    """The template without what Django fills in."""
    return re.sub(r"{%.*?%}|{{.*?}}", " ", template.read_text(), flags=re.DOTALL)


def name_of(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


@pytest.mark.parametrize("template", PAGES, ids=name_of)
def test_a_page_has_nothing_inline_and_nothing_from_elsewhere(template: Path) -> None:
    assert not INLINE.search(markup(template))
    assert not ELSEWHERE.search(markup(template))


def test_the_sprite_has_every_icon_that_a_template_names_and_no_other() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = {
        tag or argument
        for template in TEMPLATES
        for tag, argument in re.findall(r'{% icon "([^"]+)"|\bicon="([^"]+)"', template.read_text())
    }
    assert named
    assert named == drawn


@pytest.mark.parametrize("stylesheet", sorted((STATIC / "css").glob("*.css")), ids=name_of)
def test_a_stylesheet_is_loaded_and_asks_no_other_host(stylesheet: Path) -> None:
    head = (settings.BASE_DIR / "templates" / "_head.html").read_text()
    assert f"css/{stylesheet.name}" in head
    assert not ELSEWHERE.search(stylesheet.read_text())


def test_every_class_of_ours_has_a_rule_and_every_rule_is_for_a_class_that_something_wears() -> None:
    ruled = {name for css in (STATIC / "css").glob("*.css") for name in re.findall(r"\.(asc-[\w-]+)", css.read_text())}
    code = [*PAGES, *(STATIC / "js").glob("*.js"), *settings.BASE_DIR.glob("*/templatetags/*.py")]
    written = [*map(markup, PAGES), *(path.read_text() for path in code)]
    values = " ".join("".join(value) for text in written for value in WORN.findall(text))
    assert set(re.findall(r"(?<![\w-])asc-[\w-]*\w", values)) == ruled


def test_vendored_files_are_what_their_readme_says() -> None:
    listed = re.findall(r"\| `([\w./-]+)` \|.*`([0-9a-f]{64})`", (STATIC / "vendor" / "README.md").read_text())
    assert [path for path, _ in listed] == ["bootstrap/bootstrap.min.css", "bootstrap/bootstrap.min.css.map"]
    for path, digest in listed:
        assert hashlib.sha256((STATIC / "vendor" / path).read_bytes()).hexdigest() == digest
