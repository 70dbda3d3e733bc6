"""The figures shown, as a person may read them: units, the lines behind them, and what is withheld."""
