"""From advice to a running project: the files that carry out a method on the user's own data."""
