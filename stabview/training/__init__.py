"""Recipes that train the shipped networks again."""
