"""Telling people what became of a source: which events, in which words, and how they are sent."""
