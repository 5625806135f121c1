"""DCAT: catalogues of datasets as RDF (DCAT-AP and its kin), and as the plain JSON of Project Open Data (DCAT-US)."""
