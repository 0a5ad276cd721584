"""The report: every number, curve and picture of a run on one page that needs nothing else.

`ReportData` holds what is shown, `render` makes the page, `save_figures` the PNG files; `pellucid.report.figures` draws
each figure on a matplotlib `ax`, and `pellucid.report.sentences` says in words what the numbers mean.
"""

from pellucid.report.check_page import render_checks
from pellucid.report.checks import Checks, Strip, Tile, check_sentences
from pellucid.report.choice import gallery, refused, samples
from pellucid.report.comparison import render_comparison
from pellucid.report.data import Answer, DataFacts, Formula, InputFacts, Picture, Rebuilt, ReportData
from pellucid.report.drawings import explanation_figures, save_figures
from pellucid.report.explanation import render_explanation
from pellucid.report.html import render
from pellucid.report.pictures import thumbnail

__all__ = [
    "Answer",
    "Checks",
    "DataFacts",
    "Formula",
    "InputFacts",
    "Picture",
    "Rebuilt",
    "ReportData",
    "Strip",
    "Tile",
    "check_sentences",
    "explanation_figures",
    "gallery",
    "refused",
    "render",
    "render_checks",
    "render_comparison",
    "render_explanation",
    "samples",
    "save_figures",
    "thumbnail",
]
