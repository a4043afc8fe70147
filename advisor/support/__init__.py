"""Plumbing that knows nothing of the domain: errors, text files, strict YAML and JSON."""
