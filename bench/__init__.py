"""The bench: time, memory and engines. `make bench` runs it and writes docs/benchmarks.md."""
