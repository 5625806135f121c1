"""Makes thousands of plausible metadata records out of word lists and real places, the same ones every time."""
