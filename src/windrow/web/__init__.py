"""The web application: the faces and the console behind one door, with signing in, health and metrics."""
