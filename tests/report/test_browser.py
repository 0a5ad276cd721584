"""The page in a real browser: nothing runs, nothing is missing, nothing sticks out on a phone."""

import html
import json
import re
import shutil
import subprocess

import pytest

from pellucid.report import render

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
PLANTED = "<img src=x onerror=\"document.title='pwned'\">"


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on the PATH")
def test_a_browser_shows_the_page_and_runs_nothing(make_report, tmp_path):
    names = (PLANTED, f'"><script>document.title="pwned"</script>{"x" * 300}', "cat", "ein langer Name " * 20)
    page = render(make_report(classes=names, path=PLANTED + "/" + "y" * 200, warnings=("z" * 500,), config="w" * 500))
    unguarded = re.sub("<meta http-equiv[^>]*>", "", page)
    harness = HARNESS.format(page=html.escape(page), unguarded=html.escape(unguarded))
    (tmp_path / "harness.html").write_text(harness, encoding="utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    done = subprocess.run(
        [*command, (tmp_path / "harness.html").as_uri()], capture_output=True, text=True, timeout=60, check=True
    )
    assert "CONSOLE" not in done.stderr
    frames = json.loads(html.unescape(re.search("<output>(.*?)</output>", done.stdout, re.DOTALL)[1]))
    assert len(frames) == 2
    for frame in frames:
        assert "pwned" not in frame["title"] and frame["title"].startswith("animals")
        assert frame["width"] <= 375
        assert frame["sections"] == 9
        assert frame["scripts"] == 0
        assert frame["broken"] == 0
