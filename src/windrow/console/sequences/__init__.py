"""What the pages of sequences are made of: where things stand in a document, its drawing, its help, its dry run."""
