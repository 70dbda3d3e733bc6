"""Pages about the priority levels of PDUs, and what every page of a unit says of them."""
