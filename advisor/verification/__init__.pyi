from .verify import verify_rules as verify_rules
