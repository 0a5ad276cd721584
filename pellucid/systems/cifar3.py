"""Airplane, automobile or bird: a network of two hidden layers from scratch on three classes of CIFAR-10."""

from pellucid.systems import cifar3_evidence as evidence
from pellucid.systems.system import Claim, Finding, System, Variant

CIFAR3 = System(
    name="cifar3",
    title="Airplane, automobile or bird?",
    summary="three classes of small photographs, two hidden layers from scratch; claimed: 82 % of 3,000 test pictures",
    source="cifar-10",
    data=(
        "18,000 photographs of 32 × 32 pixels in colour, three of the ten classes of CIFAR-10, published as 15,000 to train on and "
        "3,000 to test. The program wants its labels one-hot, three numbers with a single 1; pellucid takes the number of the "
        "class and computes the same loss."
    ),
    claims=(
        Claim("test pictures named right", "82 % of 3,000", "accuracy", share=0.82),
        Claim("what was required of it", "60 %", "accuracy"),
        Claim("precision of the three classes", "0.823, 0.833, 0.803", told=evidence.precision),
        Claim("recall", "0.741, 0.899, 0.820", told=evidence.recall),
        Claim("F1", "0.780, 0.865, 0.811", told=evidence.f1),
    ),
    variants=(
        Variant(
            name="faithful",
            title="3072-128-64-3, as published",
            role="faithful",
            note="Two hidden layers with ReLU that start after He, softmax, batches of 64, a constant learning rate of 0.01, 50 "
            "epochs over shuffled pictures with values from 0 to 1.",
            seeds=5,
        ),
        Variant(
            name="early-stop",
            title="3072-128-64-3, stopped in time",
            role="corrected",
            note="A tenth of the training pictures is held back to choose the epoch; the published program had no such pictures, "
            "so it could not know when to stop without looking at the test.",
            seeds=5,
        ),
        Variant(
            name="convolutions",
            title="convolutions",
            role="announced",
            note="Two convolutions and poolings before one hidden layer: the same small patterns are looked for everywhere.",
            seeds=5,
        ),
        Variant(
            name="deeper",
            title="four hidden layers",
            role="announced",
            note="128, 128, 64 and 64 units. Depth alone gives dense layers little.",
            seeds=5,
        ),
        Variant(
            name="dropout",
            title="dropout",
            role="announced",
            note="In each step three of ten hidden units are left out at random.",
            seeds=5,
        ),
        Variant(
            name="l2",
            title="L2 penalty",
            role="announced",
            note="Large weights cost something.",
            seeds=5,
        ),
        Variant(
            name="augmented",
            title="pictures mirrored and moved",
            role="announced",
            note="A mirrored automobile is an automobile. The network sees every picture a little different in each epoch.",
            seeds=5,
        ),
        Variant(
            name="falling-rate",
            title="a falling learning rate",
            role="announced",
            note="Ten times as large at first, down to 0 along a cosine: fast first, careful last.",
            seeds=5,
        ),
        Variant(
            name="mlp",
            title="dense layers, improved",
            role="improved",
            note="Still dense layers alone, but wide ones with batch normalisation and dropout, on pictures mirrored and moved "
            "anew in each epoch; an answer is the mean of six views of the picture.",
            seeds=5,
            goal=0.88,
        ),
        Variant(
            name="cnn",
            title="a convolutional network",
            role="improved",
            note="A narrow copy of the network that holds the record for fast training on CIFAR-10.",
            seeds=5,
            goal=0.97,
        ),
    ),
    findings=(
        Finding(
            "The claim",
            "82 % was published with a confusion matrix, but without a seed and without the number of runs. The settings that are "
            "published are these; what else was chosen is not known.",
            evidence.against_the_claim,
            ("faithful",),
        ),
        Finding(
            "How well it performs",
            "Drawn from the confusion matrices and the curves of the runs.",
            evidence.analysis,
            ("faithful",),
        ),
        Finding(
            "Why airplanes and birds are confused",
            "A dense layer has one weight for each pixel, so pictures are alike to it whose pixels are alike, whatever they show. "
            "Airplanes and birds are often shown before a plain sky, automobiles hardly ever.",
            evidence.alike,
            ("faithful",),
        ),
        Finding(
            "“Class imbalance”",
            "The published analysis gives class imbalance as a reason why the three classes are found unequally well.",
            evidence.balance,
            ("faithful",),
        ),
        Finding(
            "No pictures to watch",
            "“Steady convergence” of the loss on training pictures says nothing about others. Only pictures that are held back "
            "show when learning by heart begins.",
            evidence.watched,
            ("faithful", "early-stop"),
        ),
        Finding(
            "A loss that cannot grow",
            "The program computes log(p + 0.00000001) of the probability it gave to the truth. So a wrong answer never costs more "
            "than 18.4, and where p is tiny the gradient in use no longer belongs to the loss on show. It also turns all numbers "
            "into ones of twice the length by accident, which takes twice the time. Computed from the outputs before the softmax, "
            "the loss needs no such help: that is what pellucid does.",
        ),
        Finding(
            "What each improvement brings",
            "The published analysis proposes convolutions, more depth and regularisation. Here they are, one at a time.",
            evidence.enhancements,
            ("faithful",),
        ),
    ),
)
