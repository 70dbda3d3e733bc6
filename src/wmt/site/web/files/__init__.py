"""Tables and charts as files: made while one waits, or by a job."""
