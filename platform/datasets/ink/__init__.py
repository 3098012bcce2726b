"""From ink to 784 pixels: strokes or an image, normalized and rasterized as MNIST's digits were. No Django."""
