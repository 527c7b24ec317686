"""What streams cost through StreamBro beside the same streams by bare FFmpegs, in one run on one machine."""
