"""tuning-advisor: prompt-tuning or full fine-tuning? A decision advisor that shows its evidence."""

__version__ = "0.1.0"
