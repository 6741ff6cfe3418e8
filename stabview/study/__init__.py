"""What the user chose, the answers to it, and how both are kept."""
