"""An image and how it is read, drawn, prepared and painted on."""
