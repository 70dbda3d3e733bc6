"""How the site is served: the parts of `wmt serve`, how many requests are worked on at once, and /health."""
