"""Predictions: the network cache, micro-batching, HTTP and WebSocket endpoints, confidence, the digit detector."""
