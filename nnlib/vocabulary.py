"""Every name that a network, a recipe or an event may contain, defined once: other modules import these types."""

from typing import Literal, TypeAlias

ActivationName: TypeAlias = Literal["sigmoid", "tanh", "relu"]
OutputName: TypeAlias = Literal["sigmoid", "softmax"]
LossName: TypeAlias = Literal["squared_error", "cross_entropy"]
InitializerName: TypeAlias = Literal["uniform", "xavier", "he"]
OptimizerName: TypeAlias = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]
ScheduleName: TypeAlias = Literal["constant", "step", "cosine", "one_cycle"]
AugmentationName: TypeAlias = Literal["none", "mild", "strong"]
KeepName: TypeAlias = Literal["last", "best"]
FinishReason: TypeAlias = Literal["error_threshold", "epochs", "patience"]
