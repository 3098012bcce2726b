"""The fast forms: they compute the same numbers as the plain core, sooner.

Each is held against its plain form by a test in `tests/nnlib/fast/`:

    activations.py, optimizers.py     in place, without a new array for every result
    workspace.py                      forward and backward passes in buffers that are allocated once
    maps.py, convolutions.py          convolutions, a block of samples at a time, in buffers that are allocated once
    patches.py, tiles.py              their products: without writing each pixel once per weight, and fewer of them
    skyline.py, input_order.py        products that skip the zeros at the border of images
    blocked_sgd.py                    batches of one sample, 64 steps at a time
    batch_descent.py                  a workspace and an optimizer, one step per batch
    aligned_arrays.py                 vectors in large memory pages

`dropout.py` draws the masks that these passes accept. This room may import the plain core, `parameters` and `recipe`,
and nothing else of nnlib; the plain core must not import it.
"""
