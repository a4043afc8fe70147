"""How a model answers: by a head, by the words of labels, or by writing."""
