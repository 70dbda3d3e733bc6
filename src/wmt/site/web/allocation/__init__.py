"""Pages on which a case is allocated: the decision before it is made, each one made, and lists of them."""
