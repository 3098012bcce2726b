"""Training data: samples as given, their distortion, and the batches of an epoch. Imports no other room but `fast`."""
