"""What a network sees in a picture: which pixels count, which training pictures look alike, and every number on the way.

    import pellucid
    from pellucid import explanation

    classifier = pellucid.load("runs/photos-1/model.safetensors")
    found = explanation.integrated_gradients(classifier, "new.jpg")      # for the class answered; or target="cat"
    found.total, found.difference                                        # equal, but for the error of the sum

Every function takes a Classifier and pictures, or a Network and arrays as it sees them.
"""

from pellucid.explanation.code import Code, code_of
from pellucid.explanation.explained import Explained, Neighbour
from pellucid.explanation.first_layer import first_layer
from pellucid.explanation.grad_cam import GradCam, grad_cam, last_convolution
from pellucid.explanation.gradients import IntegratedGradients, input_gradient, integrated_gradients
from pellucid.explanation.neighbours import features, nearest
from pellucid.explanation.occlusion import Occlusion, occlusion
from pellucid.explanation.recorder import Visit
from pellucid.explanation.walk import Walk, WeightUpdate, walk

__all__ = [
    "Code",
    "Explained",
    "GradCam",
    "IntegratedGradients",
    "Neighbour",
    "Occlusion",
    "Visit",
    "Walk",
    "WeightUpdate",
    "code_of",
    "features",
    "first_layer",
    "grad_cam",
    "input_gradient",
    "integrated_gradients",
    "last_convolution",
    "nearest",
    "occlusion",
    "walk",
]
