"""What a user gets, proved sentence by sentence."""
