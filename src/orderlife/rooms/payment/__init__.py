"""Money: secured, taken and given back, and what the gateway reports."""
