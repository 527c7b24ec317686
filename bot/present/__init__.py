"""Views, events and errors -> replies; pure: nothing here asks, sends or waits."""
