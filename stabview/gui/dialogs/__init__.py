"""The dialogs: none blocks; each takes what to do with the choice, and a function tells the choice."""
