"""What streams and host cost."""
