"""Emails that wait to be sent, and what became of each: written with what they tell of, sent by a job."""
