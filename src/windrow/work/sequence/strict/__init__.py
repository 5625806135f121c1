"""The strict dialect: what is missing or wrong is an error, and everything can be said."""
