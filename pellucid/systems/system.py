"""What a published system is, as data and plain words: what it claims, which variants show it, what was wrong with it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pellucid.errors import RecipeError
from pellucid.systems.evidence import Evidence
from pellucid.systems.results import Results, Trained

Role = Literal["faithful", "shown", "corrected", "announced", "improved", "donor"]


@dataclass(frozen=True)
class Claim:
    """What its authors published: ("test pictures named right", "72.5 % of 40").

    measure: what of a run is set beside it, an attribute of `Trained`: "accuracy", "train_accuracy", "loss" ...; "": nothing.
    told: what is set beside it in words, `told(runs)`, where one number is not enough; None: the measure alone.
    variant: of which runs; "": of the first faithful one. share: where the claim stands on the scale from 0 to 1; None: not on it.
    """

    what: str
    value: str
    measure: str = ""
    variant: str = ""
    share: float | None = None
    told: Callable[[Sequence[Trained]], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A recipe of a system, and what it is there for. With the system's name before it, its name is that of the recipe.

    role: "faithful": as published. "shown": a fault or a trap, on purpose. "corrected": without the faults, otherwise as published.
        "announced": what its authors wanted to add, one thing at a time. "improved": what the same pictures allow. "donor":
        learns on other pictures, for the variants that name it.
    note: what it shows or mends, and why, for a beginner.
    seeds: how many times it is trained in the full run; --quick trains once.
    goal, limit: mean accuracy to reach, and seconds of training that it may take.
    twin_of: the variant whose recipe PyTorch trains here, from the same first weights on the same batches.
    donor: the variant whose trained body it starts from.
    source: its own data set, by name; "": that of the system.
    stage: writes what it is trained on, `stage(source, folder) -> source`: files of another kind, another split; None: nothing.
    quick: settings of --quick besides the usual ones.
    """

    name: str
    title: str
    role: Role
    note: str
    seeds: int = 5
    goal: float | None = None
    limit: float | None = None
    twin_of: str = ""
    donor: str = ""
    source: str = ""
    stage: Callable[[str, Path], str] | None = None
    quick: Mapping[str, Any] = field(default_factory=dict)

    @property
    def contends(self) -> bool:
        """Whether it stands for the best that the system's own pictures allow: without others besides, and with a goal to reach.

        An improved variant without a goal tests one of the others in another way, as folds do, on an easier mixture perhaps.
        """
        return self.role == "improved" and self.goal is not None and not self.donor


@dataclass(frozen=True)
class Finding:
    """Something that was wrong or is not said, in words of a beginner. evidence: looks at what was trained; None: words alone.

    Evidence is asked only once all of `needs`, names of variants, have a result.
    """

    title: str
    text: str
    evidence: Callable[[Results], Evidence] | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class System:
    """A published system.

    name: what `pellucid reproduce` takes. title: a question, at the head of its report. summary: one line for the list.
    source: its data set: a name, or a folder below PELLUCID_DATA. lacking: what to do where that is absent, in words.
    data: what the data are and how they are cut, in words.
    says: what is written under a picture that is answered with a class: {"cat": "You got a cat!"}.
    """

    name: str
    title: str
    summary: str
    source: str
    data: str
    claims: tuple[Claim, ...]
    variants: tuple[Variant, ...]
    findings: tuple[Finding, ...]
    says: Mapping[str, str] = field(default_factory=dict)
    lacking: str = ""

    def variant(self, name: str) -> Variant:
        """The variant of that name; RecipeError where there is none."""
        found = {variant.name: variant for variant in self.variants}
        if name not in found:
            raise RecipeError(f"{self.name} has no variant {name}; expected some of {', '.join(found)}")
        return found[name]

    @property
    def published(self) -> Variant:
        """The variant that the claims are about: that of the first claim with a share, else the first faithful one."""
        named = next((claim.variant for claim in self.claims if claim.share is not None), "")
        return self.variant(named) if named else next(variant for variant in self.variants if variant.role == "faithful")
