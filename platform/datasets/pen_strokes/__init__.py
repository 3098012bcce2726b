"""The `pen-strokes` data set: digits drawn by a procedural writer, and preprocessed as any drawing is.

A style (`straight_styles`, `round_styles`, `curved_styles`) is a way to write a digit; a hand bends, slants and shakes
it; a pen of some width paints it. No image and no stroke of a real person goes in.
"""

from datasets.pen_strokes.generation import generate, generate_marks

__all__ = ["generate", "generate_marks"]
