"""Handwritten digits twice: a network from scratch that never learned, and one in PyTorch that did."""

from pellucid.systems import mnist_evidence as evidence
from pellucid.systems.mnist_sheet import digits
from pellucid.systems.system import Claim, Finding, System, Variant

PART_ONE = (
    Variant(
        name="part-one",
        title="part one, as published",
        role="faithful",
        note="Seven hidden layers of 200 sigmoid units, weights drawn from N(0, 1), squared error, a rate of 10, a step after "
        "every picture, ten passes over 1,000 pictures. The derivative of the error has the wrong sign, and each layer "
        "changes its weights before it hands the gradient on. (Biases started at N(0, 1) there and start at 0 here.)",
        seeds=5,
    ),
    Variant(
        name="sign-and-order",
        title="part one, sign and order put right",
        role="corrected",
        note="The gradient points downhill, and every layer hands it on through the weights that gave the answer.",
        seeds=5,
    ),
    Variant(
        name="all-pictures",
        title="part one, sign and order put right, on all 60,000 pictures",
        role="shown",
        note="Sixty times as many pictures, and nothing else changed: are more pictures the cure?",
        seeds=3,
    ),
    Variant(
        name="part-one-mended",
        title="part one, mended: initialisation, rate and batch too",
        role="corrected",
        note="The same layers and the same squared error. The weights start small enough that the sigmoids are not at their "
        "ends and large enough that the gradient is not lost on its way through eight layers.",
        seeds=3,
        goal=0.97,
    ),
)
PART_TWO = (
    Variant(
        name="part-two",
        title="part two, as published",
        role="faithful",
        note="One hidden layer of 100 ReLU units, cross-entropy, Adam with a rate of 0.01, batches of 50, 30 passes. A pass "
        "shows the 60,000 originals and beside each a copy with Gaussian noise of deviation 0.2, mirrored with "
        "probability 0.7.",
        seeds=5,
    ),
    Variant(
        name="pytorch",
        title="part two in PyTorch itself",
        role="faithful",
        note="The same recipe, the same first weights and the same batches, but every step computed by PyTorch.",
        seeds=5,
        twin_of="part-two",
    ),
    Variant(
        name="ten",
        title="part two with 10 hidden units, originals alone",
        role="faithful",
        note="The first network that was published, before the improvements (there after 10 passes).",
        seeds=5,
    ),
    Variant(
        name="ten-augmented",
        title="part two with 10 hidden units, and changed copies",
        role="shown",
        note="One of the two improvements alone: noise and mirror images.",
        seeds=5,
    ),
    Variant(
        name="hundred",
        title="part two with 100 hidden units, originals alone",
        role="shown",
        note="The other improvement alone: ten times as many hidden units.",
        seeds=5,
    ),
    Variant(
        name="no-mirror",
        title="part two, noise without mirror images",
        role="corrected",
        note="A mirrored digit is no digit. Everything else is as published, the rate of 0.01 too.",
        seeds=5,
    ),
    Variant(
        name="schedule",
        title="part two, mended: no mirror images, a rate that falls",
        role="corrected",
        note="Noise without mirror images, and a rate that falls from 0.01 to 0, so that the last steps do not undo each other.",
        seeds=5,
        goal=0.978,
    ),
)
IMPROVED = (
    Variant(
        name="mlp",
        title="dense layers, improved",
        role="improved",
        note="Still dense layers alone, but wider ones, and digits that are bent, turned, moved and slanted anew in every "
        "pass, as another hand would write them.",
        seeds=5,
        goal=0.994,
        limit=900,
    ),
    Variant(
        name="cnn",
        title="a convolutional network",
        role="improved",
        note="Convolutions look for the same strokes everywhere in the picture.",
        seeds=5,
        goal=0.9965,
        limit=360,
    ),
)

MNIST = System(
    name="mnist",
    title="Which digit is it?",
    summary="handwritten digits, 28 x 28: a deep network from scratch that is stuck on one class, and one in PyTorch; claimed: "
    "94.95 %",
    source="mnist",
    data="70,000 handwritten digits of 28 x 28 grey pixels, published as 60,000 to train on and 10,000 to test. No part of the "
    "60,000 is held back here, as none was; the settings of the improved variants were chosen on a part of them before.",
    claims=(
        Claim("part two: test pictures named right", "94.95 %", "accuracy", "part-two", 0.9495),
        Claim(
            "part two: training pictures named right",
            "94.219 % over all passes",
            "train_accuracy",
            "part-two",
            told=evidence.right_in_training,
        ),
        Claim("part two: cross-entropy on the test pictures", "0.289 on the last 50 of them", "loss", "part-two"),
        Claim("before, 10 hidden units: test pictures named right", "90.54 %", "accuracy", "ten", 0.9054),
        Claim(
            "part one: answers to test pictures",
            "“2” for each of 10; one was a 2",
            "accuracy",
            "part-one",
            told=evidence.answered_alike,
        ),
        Claim(
            "part one: error in the last of ten passes",
            "0.80 on the last picture; printed was its 784th part, 0.0010217",
            "train_loss",
            "part-one",
            told=evidence.last_error,
        ),
    ),
    variants=(*PART_ONE, *PART_TWO, *IMPROVED),
    findings=(
        Finding(
            "Part one climbed its error",
            "The derivative of (y − t)² for y is 2 (y − t). The program took 2 (t − y), so each step went up the error and not "
            "down. The network soon answers the same for every picture, and wrong for most. It was taken for a limit of "
            "simple networks written by hand; it was a sign.",
            evidence.uphill,
            ("part-one", "sign-and-order"),
        ),
        Finding(
            "Stuck on one class",
            "A network that climbs pushes every output to its wrong end, 0 or 1, where a sigmoid is flat. There is no gradient "
            "any more that could tell one picture from another, so one class wins for all of them. With ten test pictures, of "
            "which one is a 2, that looks like 10 % right.",
            evidence.stuck,
            ("part-one",),
        ),
        Finding(
            "The small error that was printed is a large one",
            "The program printed errors of about 0.00102, which look like success. The sum of the errors was divided by the "
            "number of pixels after every picture, not once by the number of pictures: what is left is the error of the last "
            "picture, divided by 784. And it rose from pass to pass.",
            evidence.printed_error,
            ("part-one",),
        ),
        Finding(
            "The gradient was handed on through changed weights",
            "Going backwards, each layer first changed its weights and then multiplied the gradient by the new ones. The "
            "gradient of the layers below belongs to the weights that gave the answer. With small steps one hardly notices; "
            "with a rate of 10 the two are not alike. A layer should compute its gradients and change nothing; one step at the "
            "end changes all of them.",
            evidence.on_the_way,
            ("part-one",),
        ),
        Finding(
            "What else part one needed",
            "With N(0, 1) weights, a unit that sums 784 pixels or 200 units gets numbers around ±9: nearly every sigmoid is at "
            "one of its ends from the start and learns next to nothing. A sigmoid's slope is at most 1/4, so eight layers "
            "take the gradient apart unless the weights make up for it: a deviation of 0.35, a little above 4 / √200, does. Then "
            "the same layers with the same error learn, by plain gradient descent. The mended variant also sees all 60,000 "
            "pictures; the one before it tells what more pictures alone would have done.",
            evidence.badly_begun,
            evidence.PART_ONE,
        ),
        Finding(
            "Parts one and two side by side",
            "A picture goes in as 784 numbers from 0 to 1 and comes out as ten numbers, one for each digit; the largest is the "
            "answer.",
            evidence.both_networks,
            ("part-one", "part-two"),
        ),
        Finding(
            "Originals and changed copies",
            "What part two calls augmentation, and what the improved variants do instead.",
            digits,
            ("part-two",),
        ),
        Finding(
            "What really helped: the units",
            "Part two changed two things at once, ten times as many hidden units and changed copies of the pictures, and named "
            "both as the reason for 94.95 instead of 90.54 %. One change at a time tells them apart.",
            evidence.what_helped,
            ("ten", "ten-augmented", "hundred", "part-two"),
        ),
        Finding(
            "Mirrored digits mislead",
            "Seven of ten copies were mirrored. A mirrored 3 is no 3, a mirrored 2 looks like a 5 of another hand, and no test "
            "picture is mirrored. The network spends its units on pictures that do not exist. `pellucid train` warns before "
            "it begins: it tries the mirror image on a simple classifier.",
            evidence.mirror_images,
            ("part-two", "no-mirror"),
        ),
        Finding(
            "The rate was large to the end",
            "Adam with 0.01 moves every weight by about 0.01 a step, also after 70,000 steps, when there is little left to "
            "mend. A rate that falls to 0 lets the weights come to rest.",
            evidence.falling_rate,
            ("no-mirror", "schedule"),
        ),
        Finding(
            "The published numbers are not what they are called",
            "The loss that was printed after each pass, 0.30141 after the last, is that of the last 50 pictures; it jumped "
            "between 0.010 and 0.674 from pass to pass. So is the test loss, 0.289: of the last 50 test pictures. The accuracy "
            "in training was counted over all passes since the first and never begun anew, so 94.219 % is a mean over 30 "
            "networks, most of them younger than the last one, and looks as if the network went on learning when it did not. "
            "The test accuracy is right: all 10,000 pictures, once.",
            evidence.running_mean,
            ("part-two",),
        ),
        Finding(
            "The same in PyTorch",
            "Whoever doubts a network from scratch can compare: PyTorch gets the same recipe, the same first weights and the "
            "same batches, and its steps are compared with ours, pass by pass. Rounding differs in the seventh digit, and "
            "72,000 steps let that grow, as they do between any two computers.",
            evidence.side_by_side,
            ("part-two", "pytorch"),
        ),
    ),
)
