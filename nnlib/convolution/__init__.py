"""Convolution and the maximum of 2x2 pixels, in their plain form. Maps are `(n, height, width, channels)`.

1. `product.py`: what a convolution is, as loops; why that is one matrix product; its backward pass.
2. `maximum.py`: the largest of every 2x2 pixels, and its backward pass.

Part of the plain core: `backpropagation.py` uses it, `gradient_check.py` covers it, `fast/` is held against it.
"""
