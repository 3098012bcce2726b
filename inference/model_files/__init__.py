"""Networks as files of other programs: NumPy archives, safetensors, ONNX; written whole, read under checks.

Every reader takes bytes from a stranger. It looks at sizes before it makes room for anything, and runs nothing.
"""
