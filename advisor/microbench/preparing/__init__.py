"""Before the first trial: read the examples, split them, and write candidate prompts."""
