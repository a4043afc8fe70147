"""What would change the answer: other values of known facts, judged by the very same rules."""
