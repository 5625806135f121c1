"""What Windrow does, in its own words: no web, no SQL, no protocol of the outside world."""
