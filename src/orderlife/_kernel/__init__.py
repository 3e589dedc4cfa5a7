"""What every room stands on: messages, lifecycles, the case."""
