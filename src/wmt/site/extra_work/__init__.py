"""Work that cases need beyond the average in their points: notes, who confirmed them, and which count."""
