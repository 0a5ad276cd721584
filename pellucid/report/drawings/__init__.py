"""Finished drawings, from the figures of `report.figures`: `<svg>` elements that a page holds, and PNG files."""

from pellucid.report.drawings.explanation import explanation_figures
from pellucid.report.drawings.run import (
    calibration_svg,
    curves_svg,
    learning_curve_svg,
    ranking_svg,
    risk_coverage_svg,
    save_figures,
)
from pellucid.report.drawings.several import comparison_svg, costs_svg, search_svg

__all__ = [
    "calibration_svg",
    "comparison_svg",
    "costs_svg",
    "curves_svg",
    "explanation_figures",
    "learning_curve_svg",
    "ranking_svg",
    "risk_coverage_svg",
    "save_figures",
    "search_svg",
]
