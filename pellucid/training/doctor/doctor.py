"""The doctor: names the fault of a training, and the cure."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.optim.update import Update
from pellucid.training.doctor import activity, answers, data, gradients, steps
from pellucid.training.doctor.case import Case
from pellucid.training.doctor.look import Patient
from pellucid.training.doctor.sample import Sample
from pellucid.training.epoch import Epoch
from pellucid.training.finding import Finding
from pellucid.words import plain

Fault = Callable[[Case], tuple[str, str] | None]

BEFORE: Mapping[str, Fault] = {  # asked once, before the first step
    "data not scaled": data.not_scaled,
    "validation too small": data.validation_too_small,
    "loss at the start": answers.loss_at_start,
}
LOOKING: Mapping[str, Fault] = {  # asked at every look
    "gradient climbs": gradients.climbs,
    "wrong gradient": gradients.wrong,
    "steps on the way": gradients.stepping,
    "weights pulled to zero": steps.shrunk,
    "exploding values": gradients.exploding,
    "dead units": activity.dead,
    "saturated outputs": activity.saturated,
    "vanishing gradient": gradients.vanishing,
    "missing gradient": gradients.missing,
    "steps too large": steps.too_large,
    "steps too small": steps.too_small,
    "constant prediction": answers.constant,
    "labels at random": data.labels_at_random,
}
EACH_EPOCH: Mapping[str, Fault] = {"overfitting": answers.overfitting}  # needs the records alone
FAULTS = (*BEFORE, *LOOKING, *EACH_EPOCH)
EXPLAINED = {  # faults that say nothing new once one of these is known
    "loss at the start": {"data not scaled"},
    "exploding values": {"data not scaled"},
    "dead units": {"data not scaled", "weights pulled to zero"},
    "vanishing gradient": {"data not scaled", "weights pulled to zero"},
    "steps too large": {"data not scaled", "weights pulled to zero"},
    "steps too small": {*LOOKING},
    "constant prediction": {*LOOKING, "data not scaled"},
    "labels at random": {*LOOKING, "data not scaled"},
}
APART = 512  # pictures trained on between two looks, for each picture of the sample: a look takes about two of its passes


class Doctor:
    """Looks at a network in training now and then, and names what is wrong with it.

        doctor = Doctor(network, loss, update, batches, epochs=20, validation=validation)
        print(doctor.before)
        for epoch in fit(network, loss, update, batches, epochs=20, ...):
            print(epoch, doctor.examine(epoch))

    It observes: a sample of training pictures goes through a copy of the network, before the first step, after the first
    epoch, at a quarter of the run, and whenever 512 times as many pictures have been trained on. So the numbers trained are
    the same bits with it and without. Each fault is named once a run. before: what was found before the first step.

    network, loss, update, batches, epochs: those of `fit`; update: None for L-BFGS. labels: of all training pictures (N,);
    None: those of the sample stand for them. classes: their names. validation: how many validation pictures there are.
    history: the epochs of a run that is resumed.
    """

    def __init__(
        self,
        network: Network,
        loss: Loss,
        update: Update | None,
        batches,
        *,
        epochs: int,
        labels: np.ndarray | None = None,
        classes: Sequence[str] = (),
        validation: int = 0,
        history: Sequence[Epoch] = (),
    ):
        sample = Sample.take(batches, loss)
        self._patient = Patient(network, loss, update, sample)
        self._named = {finding.fault for epoch in history for finding in epoch.findings or ()}
        self._every = max(1, round(APART * len(sample) / batches.count))
        look = self._patient.look(slope=not history)
        self._case = Case(
            network=self._patient.network,
            loss=loss,
            sample=sample,
            labels=(sample.t if labels is None else labels) if sample.has_labels else None,
            classes=classes,
            validation=validation if loss.names_classes else 0,
            planned=epochs,
            steps_per_epoch=len(batches),
            first=look,
            look=look,
            epochs=list(history),
        )
        self.before = () if history else tuple(self._ask(BEFORE | LOOKING, None))

    def examine(self, epoch: Epoch) -> tuple[Finding, ...]:
        """What is newly found after an epoch."""
        case, faults = self._case, EACH_EPOCH
        case.epochs.append(epoch)
        if epoch.number % self._every == 0 or epoch.number == case.planned // 4:
            case.look = self._patient.look(epoch.learning_rate, slope=epoch.number == 0)
            faults = LOOKING | EACH_EPOCH
        return tuple(self._ask(faults, epoch.number))

    def _ask(self, faults: Mapping[str, Fault], epoch: int | None) -> Iterator[Finding]:
        for name, fault in faults.items():
            if name in self._named or self._named & EXPLAINED.get(name, set()):
                continue
            found = fault(self._case)
            if found:
                self._named.add(name)
                yield Finding(name, epoch, *map(plain, found))
