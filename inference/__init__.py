"""Model versions: artifacts, preprocessing, prediction, canvas. Imports nnlib, never training."""
