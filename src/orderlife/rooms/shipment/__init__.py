"""The shipment: goods of one seller, from one place, to the customer."""
