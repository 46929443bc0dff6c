"""Text to typed columns: sanitizing, chunks, two parsers, casts, messages about bad rows."""
