"""The page in a real browser: nothing runs, nothing is missing, nothing sticks out on a phone."""

import html
import json
import re
import shutil
import subprocess

import pytest

from pellucid.evaluation import Slice, compare_runs
from pellucid.report import render, render_comparison
from tests.report.test_comparison_page import run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=5000",
]

# Two frames of a phone's width: the page as it is, and the page without its policy, where a planted script would run.
HARNESS = """<!DOCTYPE html><meta charset="utf-8">
<iframe srcdoc="{page}" style="width: 375px; height: 800px; border: 0"></iframe>
<iframe srcdoc="{unguarded}" style="width: 375px; height: 800px; border: 0"></iframe>
<output></output>
<script>
addEventListener("load", () => {{
  const found = [...document.querySelectorAll("iframe")].map((frame) => {{
    const inside = frame.contentDocument;
    return {{
      title: inside.title,
      width: inside.documentElement.scrollWidth,
      sections: inside.querySelectorAll("section").length,
      scripts: inside.scripts.length,
      broken: [...inside.images].filter((image) => !image.naturalWidth).length,
    }};
  }});
  document.querySelector("output").textContent = JSON.stringify(found);
}});
</script>
"""
# How far the tables of a page, in a window of 1100 pixels, reach beyond the place they have.
TABLES = """<!DOCTYPE html><meta charset="utf-8">
<iframe srcdoc="{page}" style="width: 1100px; height: 800px; border: 0"></iframe>
<output></output>
<script>
addEventListener("load", () => {{
  const tables = [...document.querySelector("iframe").contentDocument.querySelectorAll(".wide")];
  document.querySelector("output").textContent = JSON.stringify(tables.map((table) => table.scrollWidth - table.clientWidth));
}});
</script>
"""
PLANTED = "<img src=x onerror=\"document.title='pwned'\">"


needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH")


def frames(page, folder):
    """What a browser makes of a page, with its policy and without."""
    unguarded = re.sub("<meta http-equiv[^>]*>", "", page)
    found = output_of(HARNESS.format(page=html.escape(page), unguarded=html.escape(unguarded)), folder)
    assert len(found) == 2
    for frame in found:
        assert "pwned" not in frame["title"]
        assert frame["width"] <= 375
        assert frame["scripts"] == 0
        assert frame["broken"] == 0
    return found


def output_of(harness, folder):
    """What the harness found, as it wrote it down."""
    (folder / "harness.html").write_text(harness, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", (folder / "harness.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "CONSOLE" not in done.stderr
    return json.loads(html.unescape(re.search("<output>(.*?)</output>", done.stdout, re.DOTALL)[1]))


@needs_chromium
def test_a_browser_shows_the_page_and_runs_nothing(make_report, tmp_path):
    names = (PLANTED, f'"><script>document.title="pwned"</script>{"x" * 300}', "cat", "ein langer Name " * 20)
    slices = [Slice("folder", PLANTED + "z" * 300, 5, 20, 9, 10, 0.001, 0.001)]
    page = render(
        make_report(classes=names, path=PLANTED + "/" + "y" * 200, warnings=("z" * 500,), config="w" * 500, slices=slices)
    )
    for frame in frames(page, tmp_path):
        assert frame["title"].startswith("animals") and frame["sections"] == 10


@needs_chromium
def test_a_browser_shows_a_comparison_and_runs_nothing(tmp_path):
    long = {"settings": {"data.source": "animals", PLANTED: "v" * 300, "network.layers": [{"type": "Dense", "units": 9}] * 40}}
    runs = [run(PLANTED + "x" * 200, 30, 40), run("b" * 200, 39, 40, folder="f" * 400, **long), run("c", 20, 40)]
    for frame in frames(render_comparison(compare_runs(runs)), tmp_path):
        assert frame["title"].startswith("3 runs compared") and frame["sections"] == 5


@needs_chromium
def test_the_tables_of_a_comparison_fit_a_window(tmp_path):
    runs = [run(name, right, 400) for name, right in (("faithful/seed-0", 388), ("faithful/seed-1", 390), ("writers/seed-0", 360))]
    beyond = output_of(TABLES.format(page=html.escape(render_comparison(compare_runs(runs)))), tmp_path)
    assert len(beyond) >= 3 and max(beyond) <= 0
