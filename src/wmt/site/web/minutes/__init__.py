"""Pages that try other minutes, numbers and shares of activities, and show what they come to."""
