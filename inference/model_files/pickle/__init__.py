"""Pickles of plain values: written by pickle, read by a restricted reader that runs nothing in them."""
