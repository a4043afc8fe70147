"""What needs torch: the model, the methods, one trial. Runs in processes of its own."""
