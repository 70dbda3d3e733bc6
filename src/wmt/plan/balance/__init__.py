"""The best way to share work again among some posts: goals in a stated order, under limits, with a proof."""
