"""Run jobs in processes of their own, survive whatever they do, and keep a journal of it all."""
