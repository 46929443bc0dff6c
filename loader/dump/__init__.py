"""Dumps: folders, files and archives, and the streams of their content."""
