"""What the generated datasets are about: titles in four languages, words, sentences, formats."""

from typing import NamedTuple

from samples.generator.places import PLACES


class Subject(NamedTuple):
    """A kind of dataset.

    `titles` are English, German, French and Spanish with a place to come at `{}`; `topic` is ISO 19115's code,
    `theme` an INSPIRE theme; `shape` says whether it is `vector`, `grid` or `table`; `since` is its first year.
    `needs` is a trait without which a place does not have such data, or nothing.
    """

    titles: tuple[str, str, str, str]
    topic: str
    theme: str
    keywords: tuple[str, ...]
    abstract: str
    shape: str
    since: int
    needs: str


# English / German / French / Spanish title; topic; theme; keywords; what it shows; shape; first year; needed trait
# ruff: noqa: E501
_TABLE = """\
Orthophotos of {}/Orthophotos {}/Orthophotographies de {}/Ortofotos de {};imageryBaseMapsEarthCover;Orthoimagery;orthophoto, aerial photography, mosaic, imagery;Colour orthophotos from a flight in leafless season, corrected for relief and mosaicked without visible seams;grid;1991;
Digital terrain model of {}/Digitales Geländemodell {}/Modèle numérique de terrain de {}/Modelo digital del terreno de {};elevation;Elevation;elevation, lidar, terrain, DTM, slope;Bare-earth heights from airborne laser scanning, filtered of buildings and vegetation;grid;1996;
Land cover of {}/Landbedeckung {}/Occupation du sol de {}/Cobertura del suelo de {};environment;Land cover;land cover, land use, classification, change detection;Land cover in 27 classes, mapped from satellite scenes and checked at sample points in the field;vector;1990;
Geological map of {}/Geologische Karte {}/Carte géologique de {}/Mapa geológico de {};geoscientificInformation;Geology;geology, lithology, bedrock, faults, stratigraphy;Bedrock units, faults and superficial deposits, digitised from field sheets and harmonised across sheet edges;vector;1954;
Soil survey of {}/Bodenkarte {}/Carte des sols de {}/Mapa de suelos de {};geoscientificInformation;Soil;soil, pedology, organic carbon, texture, pH;Soil types with texture, depth, acidity and organic carbon of the topsoil, from augerings and profile pits;vector;1962;
River network of {}/Gewässernetz {}/Réseau hydrographique de {}/Red hidrográfica de {};inlandWaters;Hydrography;rivers, streams, hydrography, watershed, drainage;Rivers, streams, canals and lakes as a connected network with flow direction, names and Strahler order;vector;1978;
Flood hazard of {}/Hochwassergefahren {}/Aléa inondation de {}/Peligrosidad de inundación de {};inlandWaters;Natural risk zones;flood, hazard, risk, inundation depth, return period;Modelled depth and extent of floods with return periods of 10, 50, 100 and 500 years;grid;2004;
Groundwater levels of {}/Grundwasserstände {}/Niveaux piézométriques de {}/Niveles piezométricos de {};inlandWaters;Environmental monitoring facilities;groundwater, wells, monitoring, aquifer, time series;Daily levels of observation wells with their screens, aquifers and reference heights;table;1971;
Protected areas of {}/Schutzgebiete {}/Aires protégées de {}/Áreas protegidas de {};environment;Protected sites;nature reserve, national park, conservation, biodiversity;Boundaries of reserves and parks with category, legal act, date and managing body;vector;1982;
Habitat map of {}/Biotopkartierung {}/Cartographie des habitats de {}/Mapa de hábitats de {};biota;Habitats and biotopes;habitat, biotope, vegetation, biodiversity, species;Habitat types after field mapping, with their condition, typical species and pressures;vector;1988;
Bird observations in {}/Vogelbeobachtungen {}/Observations ornithologiques de {}/Observaciones de aves de {};biota;Species distribution;birds, observations, citizen science, migration, species;Sightings by volunteers with species, number, behaviour and precision, checked by regional experts;table;1969;
Forest inventory of {}/Forstinventur {}/Inventaire forestier de {}/Inventario forestal de {};farming;Agricultural and aquaculture facilities;forest, timber, tree species, biomass, inventory;Sample plots with tree species, diameter, height, damage and deadwood on a regular grid;table;1961;
Crop types of {}/Feldfrüchte {}/Cultures agricoles de {}/Cultivos de {};farming;Land use;agriculture, crops, parcels, remote sensing, farming;Main crop of each field in the season, classified from time series of radar and optical scenes;vector;2015;
Vineyards of {}/Weinbaulagen {}/Vignobles de {}/Viñedos de {};farming;Land use;vineyard, viticulture, parcels, terroir, agriculture;Planted parcels with grape variety, year of planting, slope and exposure;vector;1999;
Air quality in {}/Luftqualität {}/Qualité de l'air de {}/Calidad del aire de {};environment;Atmospheric conditions;air quality, nitrogen dioxide, particulate matter, ozone, stations;Hourly nitrogen dioxide, ozone and fine dust at fixed stations, validated every quarter;table;1994;u
Noise map of {}/Lärmkarte {}/Carte de bruit de {}/Mapa de ruido de {};environment;Human health and safety;noise, traffic, sound level, health, city;Modelled sound levels of roads, railways and industry by day and by night, 4 m above ground;grid;2007;u
Climate normals of {}/Klimanormalwerte {}/Normales climatiques de {}/Valores climáticos normales de {};climatologyMeteorologyAtmosphere;Meteorological geographical features;climate, temperature, precipitation, normals, weather;Monthly means of temperature, precipitation, sunshine and wind, interpolated between stations;grid;1961;
Rainfall radar of {}/Niederschlagsradar {}/Radar des précipitations de {}/Radar de lluvia de {};climatologyMeteorologyAtmosphere;Atmospheric conditions;rainfall, radar, precipitation, weather, nowcasting;Five-minute rainfall sums from weather radar, adjusted to gauges;grid;2001;
Snow cover of {}/Schneebedeckung {}/Enneigement de {}/Cobertura de nieve de {};climatologyMeteorologyAtmosphere;Meteorological geographical features;snow, snow depth, avalanche, cryosphere, winter;Daily snow cover and depth from satellite scenes, stations and a snow pack model;grid;1986;i
Glacier outlines of {}/Gletscherumrisse {}/Contours glaciaires de {}/Contornos de glaciares de {};environment;Geology;glacier, ice, retreat, cryosphere, climate change;Outlines of glaciers and their snouts at several dates, with area, debris cover and mean height;vector;1973;i
Permafrost of {}/Permafrost {}/Pergélisol de {}/Permafrost de {};geoscientificInformation;Natural risk zones;permafrost, frozen ground, slope stability, boreholes;Probability of permafrost and ground temperature in boreholes down to 100 m;grid;1998;i
Landslides of {}/Rutschungen {}/Glissements de terrain de {}/Deslizamientos de {};geoscientificInformation;Natural risk zones;landslide, hazard, slope, rockfall, inventory;Inventory of landslides and rockfalls with type, date, volume, damage and state of activity;vector;1984;m
Earthquake catalogue of {}/Erdbebenkatalog {}/Catalogue sismique de {}/Catálogo sísmico de {};geoscientificInformation;Natural risk zones;earthquake, seismology, magnitude, hazard, faults;Time, place, depth and magnitude of earthquakes, with felt reports before instruments;table;1900;v
Coastline of {}/Küstenlinie {}/Trait de côte de {}/Línea de costa de {};oceans;Sea regions;coast, shoreline, erosion, sea level, beach;Shoreline at mean high water at several dates, with rates of erosion and growth;vector;1950;s
Bathymetry off {}/Bathymetrie vor {}/Bathymétrie au large de {}/Batimetría frente a {};elevation;Elevation;bathymetry, depth, sonar, sea floor, multibeam;Depths from multibeam soundings, reduced to chart datum and gridded;grid;1987;s
Sea surface temperature off {}/Meeresoberflächentemperatur vor {}/Température de surface de la mer au large de {}/Temperatura superficial del mar frente a {};oceans;Oceanographic geographical features;sea surface temperature, ocean, satellite, buoys, marine heatwave;Daily sea surface temperature from infrared and microwave sensors and buoys;grid;1982;s
Coral and seagrass off {}/Korallen und Seegras vor {}/Coraux et herbiers au large de {}/Corales y praderas marinas frente a {};oceans;Habitats and biotopes;coral, seagrass, reef, marine habitat, bleaching;Benthic habitats from diver transects and satellite scenes, with bleaching observations;vector;1996;s
Road network of {}/Straßennetz {}/Réseau routier de {}/Red de carreteras de {};transportation;Transport networks;roads, transport, network, routing, traffic;Roads and paths as a routable network with class, width, surface and restrictions;vector;1985;
Cycle routes of {}/Radrouten {}/Itinéraires cyclables de {}/Rutas ciclistas de {};transportation;Transport networks;cycling, bicycle, routes, tourism, mobility;Signposted cycle routes with surface, gradient, numbers and resting places;vector;2003;u
Public transport of {}/Nahverkehr {}/Transports publics de {}/Transporte público de {};transportation;Transport networks;public transport, timetable, stops, GTFS, mobility;Stops, lines and timetables of buses, trams and trains for the coming half year;table;2009;u
Buildings of {}/Gebäude {}/Bâtiments de {}/Edificios de {};structure;Buildings;buildings, footprints, 3D city model, cadastre, heights;Footprints with height, storeys, use and year of construction, and roof shapes in the inner city;vector;1993;u
Cadastral parcels of {}/Flurstücke {}/Parcelles cadastrales de {}/Parcelas catastrales de {};planningCadastre;Cadastral parcels;cadastre, parcels, land registry, boundaries;Parcel boundaries with reference, area and date of survey, without owners;vector;1979;
Zoning plan of {}/Flächennutzungsplan {}/Plan local d'urbanisme de {}/Plan de ordenación de {};planningCadastre;Land use;zoning, planning, land use, development;Permitted uses and densities in force, with the date and the document of each decision;vector;1997;u
Population grid of {}/Bevölkerungsraster {}/Grille de population de {}/Malla de población de {};society;Population distribution;population, census, demography, grid, statistics;Inhabitants by age group in cells of 100 m, with small numbers withheld;grid;2001;
Historical maps of {}/Historische Karten {}/Cartes anciennes de {}/Mapas históricos de {};imageryBaseMapsEarthCover;Geographical names;historical maps, cartography, archive, scans, toponyms;Scanned and georeferenced survey sheets from the archive, with an index of place names;grid;1900;
Archaeological sites of {}/Archäologische Fundstätten {}/Sites archéologiques de {}/Yacimientos arqueológicos de {};society;Protected sites;archaeology, heritage, monuments, excavation;Known sites with period, type and protection, their places blurred to 100 m;vector;1975;
Energy potential of {}/Energiepotenzial {}/Potentiel énergétique de {}/Potencial energético de {};utilitiesCommunication;Energy resources;solar, wind, renewable energy, potential, roofs;Yearly yield of roofs for solar panels and of heights for wind, from terrain and climate;grid;2011;
Health facilities of {}/Gesundheitseinrichtungen {}/Établissements de santé de {}/Centros de salud de {};health;Human health and safety;health, hospitals, clinics, accessibility;Hospitals, surgeries and pharmacies with services, opening hours and reachability;table;2006;u
Street trees of {}/Straßenbäume {}/Arbres urbains de {}/Arbolado urbano de {};environment;Habitats and biotopes;trees, urban green, species, shade, city;Every tree on public ground with species, year of planting, height, crown and condition;table;2002;u
Hiking trails of {}/Wanderwege {}/Sentiers de randonnée de {}/Senderos de {};transportation;Transport networks;hiking, trails, tourism, huts, mountains;Marked trails with grade, walking time, closures, huts and water points;vector;1998;m
Wetlands of {}/Feuchtgebiete {}/Zones humides de {}/Humedales de {};inlandWaters;Habitats and biotopes;wetland, peat, mire, waterfowl, restoration;Mires, marshes and wet meadows with peat depth, drainage and state of restoration;vector;1990;
Wildfires of {}/Waldbrände {}/Feux de forêt de {}/Incendios forestales de {};environment;Natural risk zones;wildfire, burnt area, fire danger, severity, forest;Burnt areas with date, cause and severity, mapped from satellite scenes;vector;1985;
Surface water quality of {}/Gewässergüte {}/Qualité des eaux de {}/Calidad del agua de {};inlandWaters;Environmental monitoring facilities;water quality, nitrate, oxygen, lakes, monitoring;Nutrients, oxygen, metals and chlorophyll at sampling points, with the state of each water body;table;1980;
Gravity anomalies of {}/Schwereanomalien {}/Anomalies gravimétriques de {}/Anomalías gravimétricas de {};geoscientificInformation;Geology;gravity, geophysics, Bouguer, potential field;Bouguer anomalies from land stations and flight lines, reduced with a density of 2,670 kg/m³;grid;1958;
"""


def _subject(line: str) -> Subject:
    titles, topic, theme, keywords, abstract, shape, since, needs = line.split(";")
    english, german, french, spanish = titles.split("/")
    return Subject(
        titles=(english, german, french, spanish),
        topic=topic,
        theme=theme,
        keywords=tuple(keywords.split(", ")),
        abstract=abstract,
        shape=shape,
        since=int(since),
        needs=needs,
    )


SUBJECTS = tuple(_subject(line) for line in _TABLE.splitlines())

PLACES_OF = {each: tuple(place for place in PLACES if each.needs in place.traits) for each in SUBJECTS}
"""Where data of a subject may lie."""

LANGUAGE_OF = {
    "Germany": 1, "Austria": 1, "Switzerland": 1, "Luxembourg": 2, "France": 2, "Belgium": 2, "Senegal": 2, "Mali": 2,
    "Spain": 3, "Argentina": 3, "Chile": 3, "Peru": 3, "Bolivia": 3, "Colombia": 3, "Mexico": 3, "Cuba": 3, "Ecuador": 3,
}  # fmt: skip
"""Where half the records come in the country's language: the index into `titles`."""

LANGUAGES = ("eng", "ger", "fre", "spa")

FORMATS = {
    "vector": (("GeoPackage", "1.3"), ("ESRI Shapefile", "1.0"), ("GeoJSON", "RFC 7946"), ("GML", "3.2.1")),
    "grid": (("GeoTIFF", "1.1"), ("NetCDF", "4"), ("Cloud Optimized GeoTIFF", "1.0"), ("ASCII Grid", "1")),
    "table": (("CSV", "RFC 4180"), ("Parquet", "2.9"), ("GeoParquet", "1.1"), ("OpenDocument Spreadsheet", "1.3")),
}

LICENCES = (
    ("Creative Commons Attribution 4.0 International (CC BY 4.0)", "https://creativecommons.org/licenses/by/4.0/"),
    ("Creative Commons Zero (CC0 1.0)", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA 4.0)", "https://creativecommons.org/licenses/by-sa/4.0/"),
    ("Open Data Commons Open Database License (ODbL) 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    ("Data licence Germany - attribution - version 2.0", "https://www.govdata.de/dl-de/by-2-0"),
    ("On request; not for commercial use", "https://data.example.org/terms"),
)

ORGANISATIONS = (
    "Geological Survey of {country}",
    "National Mapping Agency of {country}",
    "{place} Geodata Centre",
    "University of {place}, Department of Geography",
    "Environment Agency of {country}",
    "{place} Regional Observatory",
    "Institute of Hydrology, {country}",
    "{country} Meteorological Service",
    "{place} Nature Trust",
    "Statistics {country}",
)

FIRST_NAMES = (
    "Amara", "Anna", "Beatriz", "Chiara", "Dmitri", "Elif", "Emeka", "Fatima", "Greta", "Hiro", "Ingrid", "Jonas",
    "Kaveh", "Leilani", "Lucas", "Mateo", "Mei", "Nadia", "Niamh", "Olu", "Priya", "Quentin", "Rosa", "Sione", "Tariq",
    "Ulla", "Valentina", "Wanjiru", "Yusuf", "Zofia",
)  # fmt: skip

LAST_NAMES = (
    "Abebe", "Andersen", "Bianchi", "Castillo", "Chen", "Dubois", "Eriksson", "Fernández", "Gruber", "Haddad",
    "Ishikawa", "Jansen", "Kowalska", "Laurent", "Mbeki", "Müller", "Nakamura", "O'Brien", "Okafor", "Pereira", "Quispe",
    "Rossi", "Silva", "Tanaka", "Tuiasosopo", "Uysal", "Varga", "Weber", "Yamada", "Zhang",
)  # fmt: skip

LINEAGES = (
    "Compiled from field work and archive material; checked against an independent sample of {sample} points.",
    "Derived automatically, then reviewed by two people; disagreements were settled in the field.",
    "Produced by contract, accepted after a test of {sample} points; the positional error is below {error} m.",
    "Taken over from the printed edition at 1:{scale}, georeferenced with {sample} control points.",
    "Updated continuously by the responsible offices; a copy is frozen twice a year.",
)

USES = (
    "It was made for planning and is open to everybody.",
    "It serves the yearly report on the state of the environment.",
    "Schools and researchers use it; please tell us what you find.",
    "It is one of the reference datasets of the spatial data infrastructure.",
    "Mind the date: newer surveys exist for parts of the area.",
    "Gaps along the border are left open on purpose.",
)
