"""What there is to load: folders, files, archives, and what comes out of them as a stream."""
