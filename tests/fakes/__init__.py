"""Stand-ins for the outside world that speak its real protocols, and what the tests wait and look with."""
