"""What is measured: each a program of its own, so that its time and its memory are its own."""
