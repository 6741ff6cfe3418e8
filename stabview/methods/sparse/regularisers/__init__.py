"""What is assumed of an image: R(x), the weighted l1 norm of a linear transform, a transform a file."""
