"""An order as it is shown: to a program, to a customer, to the staff."""
