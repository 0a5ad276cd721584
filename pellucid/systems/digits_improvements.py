"""What the author of the digits wanted to add, one thing at a time; then what the same pictures allow."""

from pellucid.systems.system import Variant

IMPROVEMENTS = (
    Variant(
        name="deeper",
        title="three hidden layers",
        role="announced",
        note="64, 32 and 32 units in place of one layer of 32: more layers can build features out of features.",
        seeds=10,
    ),
    Variant(
        name="momentum",
        title="momentum",
        role="announced",
        note="Each step keeps nine tenths of the one before, so steps that agree add up. The rate is a tenth, for the same pace.",
        seeds=10,
    ),
    Variant(
        name="rmsprop",
        title="RMSProp",
        role="announced",
        note="Each weight has a step size of its own: its gradient is divided by its recent size.",
        seeds=10,
    ),
    Variant(
        name="adam",
        title="Adam",
        role="announced",
        note="Momentum and RMSProp together.",
        seeds=10,
    ),
    Variant(
        name="l2",
        title="L2 penalty",
        role="announced",
        note="Large weights cost something, so the network takes them only where they help many pictures.",
        seeds=10,
    ),
    Variant(
        name="dropout",
        title="dropout",
        role="announced",
        note="In each step half of the hidden units are left out at random, so none may rely on a single other one. With 32 units "
        "that leaves few.",
        seeds=10,
    ),
    Variant(
        name="batch-norm",
        title="batch normalisation",
        role="announced",
        note="Before the ReLU each hidden unit is brought to mean 0 and deviation 1 over the batch, so that none falls silent.",
        seeds=10,
    ),
    Variant(
        name="schedule",
        title="a falling learning rate",
        role="announced",
        note="Large steps at first, ever smaller ones later, down to 0 along a cosine.",
        seeds=10,
    ),
    Variant(
        name="convolutions",
        title="convolutions",
        role="announced",
        note="Two layers that look for the same strokes everywhere, in place of the hidden layer; 100 epochs.",
        seeds=10,
    ),
    Variant(
        name="cifar-10",
        title="other pictures: CIFAR-10",
        role="announced",
        note="The published network on small photographs of ten kinds of things. What reads digits does not see animals: one "
        "hidden layer of 32 units is too small a world.",
        seeds=3,
        source="cifar-10",
    ),
    Variant(
        name="fashion-mnist",
        title="other pictures: Fashion-MNIST",
        role="announced",
        note="The published network on 28 × 28 pictures of clothes.",
        seeds=3,
        source="fashion-mnist",
    ),
    Variant(
        name="autoencoder",
        title="another architecture: an autoencoder",
        role="announced",
        note="Learns to give back the picture itself, through 8 numbers; it names no digits, so it has no accuracy.",
        seeds=3,
    ),
    Variant(
        name="mlp",
        title="dense layers, improved, 10-fold",
        role="improved",
        note="Wider layers that see every digit moved, turned, scaled and bent a little, anew in each epoch: next to nothing can "
        "be learned by heart. Its settings were chosen on the first half of the pictures alone.",
        seeds=5,
        goal=0.994,
    ),
    Variant(
        name="cnn",
        title="convolutions, improved, 10-fold",
        role="improved",
        note="A convolutional network with the same changes of the pictures. Its settings were chosen on the first half of the "
        "pictures alone.",
        seeds=5,
        goal=0.998,
    ),
    Variant(
        name="mlp-writers",
        title="dense layers, improved, other writers",
        role="improved",
        note="The improved dense network, trained on the first half and tested on the writers of the second. The test half took "
        "no part in any choice.",
        seeds=10,
        goal=0.97,
    ),
    Variant(
        name="cnn-writers",
        title="convolutions, improved, other writers",
        role="improved",
        note="The improved convolutional network, trained on the first half and tested on the writers of the second.",
        seeds=10,
        goal=0.988,
    ),
)
