"""Pages that are nothing before their scripts have run."""
