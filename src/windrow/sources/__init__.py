"""How each kind of remote catalogue is spoken, one folder per protocol."""
