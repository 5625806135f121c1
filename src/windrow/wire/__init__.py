"""The JSON shapes of the native API, shared by the server and the Python client; they know nothing of the rest."""
