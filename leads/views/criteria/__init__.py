"""Pages about a version that need the record: what it would do, its switch-on, its rescoring."""
