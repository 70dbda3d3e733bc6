"""What other services are told: who was given a case, and whose available hours changed. Off by default."""
