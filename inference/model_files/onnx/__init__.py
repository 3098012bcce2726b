"""ONNX files of dense networks, read and written without the ONNX library."""
