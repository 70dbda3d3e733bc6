"""Cases given to somebody: who decided it, when and why, and whether the case system has shown it since."""
