"""What came out of the variants of a system, beside what was claimed."""

import shlex
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import DataError
from pellucid.evaluation import ReconstructionScores, wilson
from pellucid.runs.reproduction.plan import Plan
from pellucid.runs.run import Run
from pellucid.systems import Claim, Evidence, Finding, Results, Trained, Variant
from pellucid.words import plain


@dataclass(frozen=True, eq=False)
class Row:
    """A variant and all its runs, the first seed first."""

    variant: Variant
    runs: Sequence[Trained]
    command: str  # repeats one of them; N stands for the seed

    @property
    def accuracies(self) -> tuple[float, ...]:
        return tuple(run.accuracy for run in self.runs if run.accuracy is not None)

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.accuracies) if self.accuracies else None

    @property
    def spread(self) -> float | None:
        """Standard deviation over the seeds; None for a single one."""
        return statistics.stdev(self.accuracies) if len(self.accuracies) > 1 else None

    @property
    def n(self) -> int:
        """On how many pictures each run was scored."""
        return self.runs[0].n

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % (Wilson), of the mean on one such set of pictures: more seeds make it no narrower, more pictures do."""
        return wilson(round(self.mean * self.n), self.n) if self.mean is not None else None

    @property
    def explained(self) -> float | None:
        """Of autoencoders: the share of the pixels' variance that comes back, the mean of all runs."""
        return _mean([run.explained for run in self.runs])

    @property
    def seconds(self) -> float:
        """Of training, the mean of all runs."""
        return statistics.fmean(run.seconds for run in self.runs)

    @property
    def reached(self) -> bool | None:
        """Whether the mean reaches the goal; None where there is no goal, or nothing to compare."""
        goal = self.variant.goal
        return None if goal is None or self.mean is None else self.mean >= goal

    def to_json(self) -> dict[str, Any]:
        variant, first = self.variant, self.runs[0]
        return {
            "variant": variant.name,
            "title": variant.title,
            "role": variant.role,
            "seeds": len(self.runs),
            "accuracy": self.mean,
            "accuracies": list(self.accuracies),
            "spread": self.spread,
            "interval": list(self.interval) if self.interval else None,
            "n_test": self.n,
            "part": first.part,
            "train_accuracy": _mean([run.train_accuracy for run in self.runs]),
            "loss": _mean([run.loss for run in self.runs]),
            "explained": self.explained,
            "goal": variant.goal,
            "reached": self.reached,
            "seconds": self.seconds,
            "epochs": first.epochs,
            "parameters": first.parameters,
            "command": self.command,
            "folder": str(first.folder),
        }


@dataclass(frozen=True, eq=False)
class Reproduction:
    """A published system, trained here: `rows`, `claims`, `findings`, and `report`, the page that shows them."""

    plan: Plan
    folder: Path
    results: Results
    problems: Mapping[str, str]  # variants that could not be trained, and why

    @property
    def report(self) -> Path:
        return self.folder / "report.html"

    @property
    def rows(self) -> list[Row]:
        """The variants that have runs, in the order of the system."""
        return [
            Row(variant, self.results[variant.name], self._command(variant))
            for variant in self.plan.variants
            if variant.name in self.results
        ]

    @property
    def claims(self) -> list[tuple[Claim, float | str | None]]:
        """Each claim, and what was measured here: the mean over the seeds, or words; None where nothing was."""
        found = []
        for claim in self.plan.system.claims:
            runs = self.claimed_of(claim)
            measured = [getattr(run, claim.measure) for run in runs] if claim.measure else []
            found.append((claim, claim.told(runs) if claim.told and runs else _mean(measured)))
        return found

    def claimed_of(self, claim: Claim) -> Sequence[Trained]:
        """The runs that a claim speaks of; none where they were not trained."""
        return self.results.get(claim.variant or self.plan.system.published.name, ())

    @property
    def findings(self) -> list[tuple[Finding, Evidence | None]]:
        """What was wrong, with the evidence from the runs that there are."""
        return [(finding, self._evidence(finding)) for finding in self.plan.system.findings]

    def to_json(self) -> dict[str, Any]:
        """What `pellucid reproduce --json` prints."""
        system = self.plan.system
        claims = [{"what": claim.what, "claimed": claim.value, "here": here} for claim, here in self.claims]
        findings = [
            {"title": finding.title, "text": finding.text, "evidence": evidence and plain(evidence.text), "table": _cells(evidence)}
            for finding, evidence in self.findings
        ]
        return {
            "system": system.name,
            "title": system.title,
            "quick": self.plan.quick,
            "claims": claims,
            "variants": [row.to_json() for row in self.rows],
            "findings": findings,
            "left_out": dict(self.problems),
            "folder": str(self.folder),
            "report": str(self.report),
        }

    def _evidence(self, finding: Finding) -> Evidence | None:
        if not finding.evidence or not set(finding.needs) <= set(self.results):
            return None
        try:
            return finding.evidence(self.results)
        except DataError as error:  # it looks at a data set by name, and the system's pictures were given in another place
            return Evidence(f"Nothing can be shown here: {error}.")

    def _command(self, variant: Variant) -> str:
        source = self.plan.source_of(variant)
        if variant.stage:
            source = _source_behind(self.results.first(variant.name)) or source
        donor = self.plan.start_from or str(self.folder / variant.donor / "seed-0" / "model.safetensors")
        return shlex.join(self.plan.command(variant, source, donor if variant.donor else ""))


def _cells(evidence: Evidence | None) -> list[list[str]] | None:
    table = evidence.table if evidence else None
    return [[*map(plain, row)] for row in (table.headings, *table.rows)] if table else None


def facts_of(run: Run) -> dict[str, Any]:
    """What is noted of a run: the fields of `Trained`."""
    scores, trained = run.scores[run.part], run.scores.get("train")
    part, tested = ("cross-validation", run.folds.scores) if run.folds else (run.part, scores)
    names_classes = not isinstance(tested, ReconstructionScores)
    return {
        "part": part,
        "accuracy": tested.accuracy if names_classes else None,
        "explained": None if names_classes else tested.explained,
        "n": tested.n,
        "loss": tested.loss,
        "train_accuracy": trained.accuracy if trained and names_classes else None,
        "train_loss": trained.loss if trained else None,
        "seconds": run.seconds,
        "epochs": len(run.epochs),
        "parameters": run.classifier.network.parameters,
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _source_behind(trained: Trained) -> str:
    """What a run was trained on: where a stage wrote its pictures."""
    return trained.recipe().data.source
