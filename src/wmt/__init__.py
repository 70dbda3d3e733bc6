"""The open Workload Measurement Tool: every figure is a sum of lines."""

__version__ = "0.1.0"
