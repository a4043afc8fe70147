"""After the last trial: differences with their intervals, the outcome, the curve, the alarms."""
