"""The register of initiatives: new instructions, what each asks on which cases, and from when."""
