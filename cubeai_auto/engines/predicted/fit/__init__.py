"""How the shipped coefficients are made from known figures of Cube.AI."""
