"""RDF from strangers: documents in four notations to statements, and descriptions of one thing in a stable order."""
