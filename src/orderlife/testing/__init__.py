"""What helps to test programs that use orderlife; needs no pytest."""
