"""The vocabularies that catalogues are written in."""

from windrow.formats.rdf.terms import RDF

ADMS = "http://www.w3.org/ns/adms#"
DCAT = "http://www.w3.org/ns/dcat#"
DC = "http://purl.org/dc/elements/1.1/"
DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
GEO = "http://www.opengis.net/ont/geosparql#"
GEONETWORK = "http://www.opengis.net/rdf#"
HYDRA = "http://www.w3.org/ns/hydra/core#"
LOCN = "http://www.w3.org/ns/locn#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA = "http://schema.org/"
SCHEMAS = "https://schema.org/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TIME = "http://www.w3.org/2006/time#"
VCARD = "http://www.w3.org/2006/vcard/ns#"

TYPE = f"{RDF}type"

DATASETS = frozenset((f"{DCAT}Dataset", f"{DCAT}DatasetSeries"))
SERVICES = frozenset((f"{DCAT}DataService",))
CATALOGUES = frozenset((f"{DCAT}Catalog",))

FOR_THEMSELVES = frozenset(
    (
        *DATASETS,
        *CATALOGUES,
        f"{DCAT}CatalogRecord",
        f"{SKOS}ConceptScheme",
        f"{HYDRA}Collection",
        f"{HYDRA}PagedCollection",
        f"{HYDRA}PartialCollectionView",
    )
)
"""Types of things that a dataset's description names without describing them."""

LEFT_ALONE = frozenset(
    (
        # A catalogue's own record of a dataset says when the catalogue last looked: that changes with every harvest.
        f"{FOAF}isPrimaryTopicOf",
        f"{FOAF}primaryTopic",
        f"{DCAT}servesDataset",
        f"{DCAT}inSeries",
        f"{DCAT}inCatalog",
        f"{DCAT}catalog",
        f"{DCAT}dataset",
        f"{DCAT}record",
        f"{DCT}isPartOf",
        f"{DCT}hasPart",
        f"{DCT}isReferencedBy",
        f"{SKOS}inScheme",
        f"{SKOS}topConceptOf",
        f"{SKOS}broader",
        f"{SKOS}narrower",
    )
)
"""What leads out of a dataset's description into the rest of the catalogue."""
