"""The command line: a thin mouth of the rooms below. It holds no arithmetic."""
