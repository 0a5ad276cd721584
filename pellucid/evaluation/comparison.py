"""Finished runs side by side: what each scored, how their settings differ, and which pairs can be told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

from pellucid.evaluation.pairing import Pairing, holm

LEVEL = 0.05  # a difference that chance makes more rarely counts as one
_ABOUT = ("name", "description")  # keys of a recipe that change nothing


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedRun:
    """One finished run, as its folder tells."""

    name: str  # short, another one for each run
    folder: str
    data: str  # the name of what it was trained on
    data_sha256: str  # of its pictures as they were read
    shape: tuple[int, ...]  # (H, W, C), or (K,) for rows of features
    classes: tuple[str, ...]  # in the order of the model; empty: an autoencoder
    part: str  # what its score speaks of: "test", "cross-validation", "validation" or "train"
    scores: Mapping[str, Mapping[str, Any]]  # part -> as in `scores.json`
    parameters: int
    epochs: Sequence[Mapping[str, Any]] = field(repr=False)  # the lines of `metrics.jsonl`
    settings: Mapping[str, Any] = field(repr=False)  # dotted key -> value: its recipe
    answers: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)  # of held-out pictures: name -> truth, answer
    version: str = ""  # of the pellucid that trained it

    @property
    def score(self) -> Mapping[str, Any]:
        """The score of `part`."""
        return self.scores[self.part]

    @property
    def recipe(self) -> str:
        return self.settings.get("name", "")

    @property
    def seconds(self) -> float:
        """Of training."""
        return sum(epoch.get("seconds") or 0.0 for epoch in self.epochs)

    def to_json(self) -> dict:
        """The row of the table, plain."""
        keys = ("n", "accuracy", "interval", "loss", "baseline", "explained")
        return {
            "name": self.name,
            "folder": self.folder,
            "data": self.data,
            "recipe": self.recipe,
            "classes": list(self.classes),
            "part": self.part,
            **{key: self.score[key] for key in keys if key in self.score},
            "train_accuracy": self.scores.get("train", {}).get("accuracy"),
            "parameters": self.parameters,
            "epochs": len(self.epochs),
            "seconds": self.seconds,
            "version": self.version,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class ComparedPair:
    """Two runs on the pictures that both were tested on."""

    first: ComparedRun
    second: ComparedRun
    pairing: Pairing | None = None  # None: they cannot be tested against each other
    reason: str = ""  # why not, in words
    first_right: Sequence[str] = ()  # names of the pictures that the first alone has right
    second_right: Sequence[str] = ()
    corrected: float = 1.0  # the probability of the test, corrected for all pairs that were looked at

    @property
    def better(self) -> ComparedRun | None:
        """The better run; None where chance may have made the difference."""
        if self.pairing is None or self.corrected >= LEVEL:
            return None
        return self.first if self.pairing.difference > 0 else self.second

    @property
    def by_name(self) -> bool:
        """Whether only names say that the pictures are the same: they were read otherwise, or have changed."""
        return self.first.data_sha256 != self.second.data_sha256

    def to_json(self) -> dict:
        """Plain values; those of the test are null where there is none."""
        found = self.pairing
        return {
            "first": self.first.name,
            "second": self.second.name,
            "common": found.n if found else 0,
            "both_right": found.both if found else None,
            "neither_right": found.neither if found else None,
            "first_right": list(self.first_right),
            "second_right": list(self.second_right),
            "difference": found.difference if found else None,
            "interval": list(found.interval) if found else None,
            "p": found.p if found else None,
            "p_corrected": self.corrected if found else None,
            "better": self.better.name if self.better else None,
            "reason": self.reason,
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """All runs, in the order given, and all pairs of them."""

    runs: tuple[ComparedRun, ...]
    pairs: tuple[ComparedPair, ...]
    usual: Mapping[str, Any] = field(default_factory=dict, repr=False)  # dotted key -> the value it has where nobody sets it

    @property
    def tested(self) -> list[ComparedPair]:
        """The pairs that can be tested against each other."""
        return [pair for pair in self.pairs if pair.pairing]

    @property
    def noun(self) -> str:
        """What one example is called."""
        return "row" if all(len(run.shape) == 1 for run in self.runs) else "picture"

    @property
    def differences(self) -> dict[str, list[Any]]:
        """Dotted key of the recipes -> its value in each run (None: not there), where these are not all the same.

        A key that some recipes lack, as those of older versions do, is not named where the others have its usual value.
        """
        keys = dict.fromkeys(key for run in self.runs for key in run.settings if key not in _ABOUT)
        values = {key: [run.settings.get(key) for run in self.runs] for key in keys}
        return {key: found for key, found in values.items() if self._differs(key, found)}

    def _differs(self, key: str, values: Sequence[Any]) -> bool:
        present = [value for value in values if value is not None]
        if any(value != present[0] for value in present):
            return True
        return len(present) < len(values) and present[0] != self.usual.get(key)

    def to_json(self) -> dict:
        """What `pellucid compare --json` prints."""
        return {
            "runs": [run.to_json() for run in self.runs],
            "pairs": [pair.to_json() for pair in self.pairs],
            "differences": [{"key": key, "values": values} for key, values in self.differences.items()],
        }


def compare_runs(runs: Sequence[ComparedRun], usual: Mapping[str, Any] | None = None) -> Comparison:
    """Pair each run with each other; the probabilities of all tests are corrected together (Holm)."""
    pairs = [_pair(first, second) for first, second in combinations(runs, 2)]
    tested = [pair for pair in pairs if pair.pairing]
    corrected = dict(zip(map(id, tested), holm([pair.pairing.p for pair in tested])))
    pairs = [replace(pair, corrected=corrected.get(id(pair), 1.0)) for pair in pairs]
    return Comparison(tuple(runs), tuple(pairs), usual or {})


def _pair(first: ComparedRun, second: ComparedRun) -> ComparedPair:
    """The two on their common held-out pictures; a picture that has another label in each counts for neither."""
    if reason := _untestable(first, second):
        return ComparedPair(first=first, second=second, reason=reason)
    common = [name for name, (label, _) in first.answers.items() if second.answers.get(name, ("",))[0] == label]
    if not common:
        return ComparedPair(first=first, second=second, reason="no picture was a test picture of both")
    right = [{name for name in common if len(set(run.answers[name])) == 1} for run in (first, second)]
    alone = [[name for name in common if name in right[k] - right[1 - k]] for k in (0, 1)]
    both = len(right[0] & right[1])
    pairing = Pairing(both, len(alone[0]), len(alone[1]), len(common) - both - len(alone[0]) - len(alone[1]))
    return ComparedPair(first=first, second=second, pairing=pairing, first_right=alone[0], second_right=alone[1])


def _untestable(first: ComparedRun, second: ComparedRun) -> str:
    """Why two runs have no pictures to be compared on; "" where they may have."""
    for run in (first, second):
        if not run.classes:
            return f"“{run.name}” gives back pictures and names no classes"
    if not _same_data(first, second):
        return f"they were trained on different data ({first.data} and {second.data})"
    if set(first.classes) != set(second.classes):
        return "they choose among different classes"
    for run in (first, second):
        if not run.answers:
            return f"“{run.name}” held back no test pictures"
    return ""


def _same_data(first: ComparedRun, second: ComparedRun) -> bool:
    """The same pixels; or the same source, read at another size or changed since; or the same name, read at another size."""
    if first.data_sha256 == second.data_sha256:
        return True
    same_place = first.settings.get("data.source") == second.settings.get("data.source")
    return same_place or (first.data == second.data and first.shape != second.shape)
