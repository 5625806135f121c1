"""What the floors agree on: small protocols in Windrow's own words, one file per word."""
