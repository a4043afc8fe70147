"""What is still possible while facts are unknown: exact score ranges and reachable headlines."""
