"""The report as one HTML page: no script, nothing loaded from anywhere."""

import re
from collections.abc import Mapping, Sequence

from pellucid.evaluation import Slice, most_confused
from pellucid.nn.activations import ACTIVATIONS
from pellucid.report import doctor, facts, pictures, refusals, sentences, worth
from pellucid.report.data import ReportData
from pellucid.report.drawings import calibration_svg, curves_svg, learning_curve_svg, ranking_svg, risk_coverage_svg
from pellucid.report.environment import template

_LONG_LIST = 20  # classes from which a table is folded away
_CELLS = 30  # classes up to which the confusion matrix is a table of numbers


def render(data: ReportData) -> str:
    """The page, complete: styles, drawings and pictures are inside it.

    Every name and text is escaped where it is put in; besides, a content security policy forbids scripts and network.
    """
    if data.rebuilt:
        return render_reconstruction(data)
    return template("page.html").render(
        **_shared(data),
        question=sentences.question(data.data.classes, data.noun),
        findings=sentences.findings(data),
        warnings=[*([sentences.copies_seen(data)] if data.seen and data.seen.inflated else []), *data.warnings],
        ladder_sentence=worth.ladder(data.ladder, data.noun) if data.ladder else "",
        calibration_sentence=worth.calibration(data.calibration) if data.calibration else "",
        temperature_sentence=worth.temperature(data.calibration, data.noun) if data.calibration else "",
        calibration_curves=calibration_svg(data),
        ranking_curves=ranking_svg(data),
        learning_curve_sentence=worth.learning_curve(data.learning_curve, data.noun) if data.learning_curve else "",
        learning_curve_curves=learning_curve_svg(data),
        slices=_by_kind(data.slices),
        slice_sentences=worth.worse_slices(data.slices, data.noun) or [worth.no_worse_slice(data.noun)],
        ranking_facts=worth.ranking_facts(data.ranking) if data.ranking else [],
        **_refusals(data),
        strength=pictures.confusion_strength(data.headline.confusion),
        confused=most_confused(data.headline.confusion, 8),
        as_picture=len(data.data.classes) > _CELLS,
    )  # fmt: skip


def _refusals(data: ReportData) -> dict:
    """What the section on refused pictures says."""
    found, left = data.refusals, data.refusals.answered if data.refusals else None
    return {
        "promised_sentence": refusals.promised(found, data.noun) if found and found.curve else "",
        "gained_sentence": refusals.gained(data.headline, left, data.part_word, data.noun) if left else "",
        "strange_sentence": refusals.strange(found, data.part_word, data.noun) if left else "",
        "refusal_curves": risk_coverage_svg(data),
    }


def render_reconstruction(data: ReportData) -> str:
    """The page of an autoencoder: pictures beside their reconstructions in place of classes and answers."""
    return template("reconstruction.html").render(
        **_shared(data),
        findings=sentences.reconstruction_findings(data),
    )  # fmt: skip


def _shared(data: ReportData) -> dict:
    """What every page shows: the data, the network, its learning, its settings."""
    class_counts = facts.class_counts(data.data)
    return {
        "data": data,
        "scores": data.headline,
        "data_facts": facts.data_facts(data.data, data.noun) + facts.input_facts(data.input, data.data.sizes),
        "class_counts": class_counts,
        "class_totals": [sum(column) for column in zip(*(counts for _, counts in class_counts))],
        "run_facts": facts.run_facts(data),
        "verdict": doctor.verdict(data.epochs),
        "diagnoses": doctor.diagnoses(data.epochs),
        "curves": curves_svg(data),
        "activations": _activations(data.layers),
        "weights": () if data.first_layer is None else pictures.weight_pictures(data.first_layer),
        "long_list": len(data.data.classes) > _LONG_LIST,
    }


def _by_kind(slices: Sequence[Slice]) -> dict[str, list[Slice]]:
    found = {}
    for each in slices:
        found.setdefault(each.kind, []).append(each)
    return found


def _activations(layers: Sequence[Mapping]) -> list[tuple[str, str]]:
    """(name, equation) of the activation functions that the layers' equations call by name."""
    names = re.findall(r"(\w+)\(", " ".join(layer["equation"] for layer in layers))
    return [(name, ACTIVATIONS[name].equation) for name in dict.fromkeys(names) if name in ACTIVATIONS]
