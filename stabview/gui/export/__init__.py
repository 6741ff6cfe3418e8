"""What the window shows, as files: figures of any panel or plot, tables, films, and the report as PDF."""
