"""One lead turned into what its page shows: path, next step, score, contact, origin."""
