"""The guided tour: its steps as data, and the overlay that shows them."""
