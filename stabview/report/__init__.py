"""Figures, tables and the report, without Qt."""
