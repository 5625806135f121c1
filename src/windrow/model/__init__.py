"""What things are: frozen values and the rules that belong to them; no storage, no network, no framework."""
