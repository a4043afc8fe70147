"""The use cases, one module each: what a command or a caller of the API sets in motion."""
