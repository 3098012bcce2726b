"""The terms of the pages, and `{% term "Confusion matrix" %}`, which links a word to its explanation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

register = template.Library()


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the glossary; `slug` is its anchor on the page."""

    title: str
    text: str

    @property
    def slug(self) -> str:
        """What the address of the entry ends with: "learning-rate"."""
        return slugify(self.title)


@register.simple_tag
def term(text: str, entry: str = "") -> SafeString:
    """A link to the entry of the glossary; the entry's text is its tooltip.

    Args:
        text: what the page shows.
        entry: the title of the entry where it differs from `text`.

    Raises:
        KeyError: the glossary has no such entry.
    """
    found = GLOSSARY[slugify(entry or text)]
    address = f"{reverse('glossary')}#{found.slug}"
    return format_html('<a class="term" href="{}" title="{}">{}</a>', address, found.text, text)


_TERMS: Final = (
    Term("Accuracy", "Share of the images whose most probable digit is the right one."),
    Term(
        "Activation function",
        "What a neuron applies to its weighted sum. Sigmoid maps any number to one between 0 and 1, tanh to one "
        "between -1 and 1; ReLU keeps positive numbers and replaces negative ones by 0. Without it, several layers "
        "could compute no more than one.",
    ),
    Term(
        "Alias",
        "A name that points to one model version and can be moved to another. The alias “champion” is the version "
        "that reads drawings unless another one is chosen.",
    ),
    Term(
        "Attribution",
        "How much each pixel adds to the score of a digit, so that all shares together give the score. Blank paper "
        "can count as much as ink.",
    ),
    Term(
        "Augmentation",
        "Changing the training images a little in every epoch (turned, moved, stretched, bent), so that the network "
        "learns what the images have in common and not the images themselves.",
    ),
    Term(
        "Backpropagation",
        "How the gradient is computed: the error at the output is passed back through the layers by the chain rule, "
        "which gives the share of every weight (Rumelhart, Hinton and Williams, 1986).",
    ),
    Term(
        "Batch size",
        "Number of training images whose gradients are averaged for one step. 1 takes a step after every image; "
        "larger batches take fewer and steadier steps, and an epoch takes less time.",
    ),
    Term(
        "Calibration",
        "Correcting the confidence of a network so that of all answers given with 80 %, 80 % are right. One number, "
        "the temperature, divides the scores before the softmax (Guo et al., 2017).",
    ),
    Term("Checkpoint", "Everything a run needs to go on exactly where it was; written after each epoch."),
    Term(
        "Confidence",
        "Probability that the network gives its own answer. It can be wrong with high confidence: see calibration.",
    ),
    Term(
        "Confusion matrix",
        "A table of the test images: one row for each true digit, one column for each answer. Right answers are on "
        "the diagonal; every other cell counts one kind of mistake, such as fours read as nines.",
    ),
    Term("Correction", "A drawing with the label that its author gives it. Corrections can be trained on."),
    Term("Data set", "Labelled images: some to learn from (training set) and others to test with (test set)."),
    Term(
        "Dropout",
        "Leaving out a random share of the hidden neurons in every training step, so that no neuron relies on a few "
        "others (Srivastava et al., 2014). A remedy for overfitting.",
    ),
    Term(
        "Early stopping",
        "Ending a run before its last epoch: when the training error falls below a threshold, or when the error has "
        "not improved for a number of epochs (patience).",
    ),
    Term("Epoch", "One pass over all training images. After each, the run reports its errors and accuracies."),
    Term(
        "Error (loss)",
        "How far the predictions are from the true labels, as a mean over the images: 0 for a network that is always "
        "right with full confidence. Squared error adds the squares of all differences; cross-entropy is the "
        "negative logarithm of the probability given to the right digit. Errors of different losses cannot be "
        "compared.",
    ),
    Term("Fine-tuning", "Training on from the weights of an existing version, mostly with small steps."),
    Term(
        "Gradient descent",
        "Learning by small steps: every weight is changed against its gradient, which is the change of the error per "
        "change of that weight. Stochastic gradient descent (SGD) computes it on one batch of images at a time.",
    ),
    Term("Hidden layer", "A layer of neurons between the pixels and the ten outputs."),
    Term("Learning curve", "Error or accuracy after each epoch, on training and on test images."),
    Term(
        "Learning rate",
        "Size of the steps of gradient descent. Too small, and the error falls slowly; too large, and the steps go "
        "past the minimum, so that the error rises.",
    ),
    Term("Learning-rate schedule", "How the learning rate changes over the epochs: most end with small steps."),
    Term("Lineage", "The versions that a version was trained on from, and those that were trained on from it in turn."),
    Term("Logit", "The score of a digit before softmax or sigmoid turn it into a probability."),
    Term(
        "MNIST",
        "60,000 training and 10,000 test images of handwritten digits, 28 × 28 pixels each (LeCun, Cortes and "
        "Burges, 1998). The usual yardstick for small networks.",
    ),
    Term("Model version", "A trained network with a number, its configuration and its results. It never changes."),
    Term(
        "Neuron",
        "A unit that multiplies each of its inputs by a weight, adds the products and a bias, and applies the "
        "activation function to the sum.",
    ),
    Term(
        "Optimizer",
        "The rule that turns a gradient into a step. SGD follows the gradient itself; momentum adds up earlier "
        "gradients; RMSProp and Adam choose a step for each weight (Kingma and Ba, 2015).",
    ),
    Term(
        "Overfitting",
        "Learning the training images by heart: the training error goes on falling while the test error rises. More "
        "data, augmentation, dropout, weight decay or fewer epochs help.",
    ),
    Term("Paired test", "Comparing two versions on the same images, by those that only one of them reads (McNemar)."),
    Term(
        "Precision and recall",
        "Of a digit: precision is the share of right ones among the images read as it, recall the share of its "
        "images that were read as it.",
    ),
    Term(
        "Preprocessing",
        "Bringing ink into the form of MNIST: 20 pixels wide or high, with its centre of mass in the middle of 28 × "
        "28. Where, how large and how thick one draws makes little difference.",
    ),
    Term("Regularization", "Anything that keeps a network from overfitting, such as weight decay and dropout."),
    Term(
        "Reliability diagram",
        "Accuracy of the answers for each range of confidence. On the diagonal, confidence and accuracy agree.",
    ),
    Term("Run", "One training job, with its configuration, its epochs and its log."),
    Term("Seed", "The number that every random choice begins with: same seed and configuration, same network."),
    Term("Softmax", "Turns the ten scores into probabilities that add up to 1."),
    Term(
        "Test set",
        "Images that a network never learns from. Only they show what it makes of new handwriting; whatever is "
        "chosen by them is no longer tested by them.",
    ),
    Term("Training snapshot", "The network as it was after an epoch, kept so that its learning can be replayed."),
    Term(
        "Validation set",
        "Training images that are held out: a network does not learn from them, and everything that is chosen during "
        "training, such as when to stop and which epoch to keep, is chosen by them. So the test set stays untouched.",
    ),
    Term(
        "Vanishing gradient",
        "With many layers of sigmoid, gradients shrink from layer to layer on their way back (each by a factor of at "
        "most 0.25), until the first layers hardly learn (Hochreiter, 1991). ReLU and suitable first weights help.",
    ),
    Term("Weight", "The number by which a neuron multiplies one of its inputs. Training changes weights and biases."),
    Term(
        "Weight decay",
        "Pulling all weights towards zero in every step (L2), which keeps the network's answers smooth.",
    ),
    Term(
        "Weight initialization",
        "How the first weights are drawn at random: He suits ReLU, Xavier suits tanh and sigmoid, and uniform in "
        "[-0.5, 0.5] is that of the original program.",
    ),
)

GLOSSARY: Final[Mapping[str, Term]] = {entry.slug: entry for entry in _TERMS}
"""The terms in alphabetical order, by their anchors."""
