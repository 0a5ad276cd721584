"""What the checks found, as one HTML page: no script, nothing loaded from anywhere."""

from collections.abc import Sequence

from pellucid.report.checks import Checks
from pellucid.report.environment import template


def render_checks(checks: Checks, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """The page of `pellucid check`, complete."""
    return template("check_page.html").render(checks=checks, title=title, facts=facts)
