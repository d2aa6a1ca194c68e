"""From an ONNX file to a network: the file, what its values are in terms of layers, and the network of these."""
