"""Text to typed columns: sanitizing, chunks, two parsers, casts, messages on bad rows."""
