"""The duty that excessive workload opens: its clock, its story step by step, and who is told."""
