"""The cards of the left column: each shows a part of the study and changes it through the bridge; see `column`."""
