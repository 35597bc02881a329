"""How the weights of the learned reader are made; not part of what is installed."""
