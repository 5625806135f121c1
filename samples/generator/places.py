"""Real places all over the world: where the generated datasets lie."""

from typing import NamedTuple


class Place(NamedTuple):
    """A place with its middle (latitude, longitude) and half its width and height, in degrees.

    `traits` tell what may be found there: u a town, s the sea, m mountains, i ice and snow, v volcanoes and quakes.
    """

    name: str
    country: str
    latitude: float
    longitude: float
    reach: float
    traits: str


# name | country | latitude | longitude | reach | traits
_TABLE = """\
Reykjavík|Iceland|64.13|-21.90|0.25|usv
Vatnajökull|Iceland|64.42|-16.80|0.8|miv
Tromsø|Norway|69.65|18.96|0.4|usi
Bergen|Norway|60.39|5.32|0.3|us
Hardangervidda|Norway|60.10|7.50|0.6|mi
Svalbard|Norway|78.60|16.50|2.5|si
Stockholm|Sweden|59.33|18.07|0.4|us
Gotland|Sweden|57.45|18.50|0.5|s
Abisko|Sweden|68.35|18.82|0.3|mi
Helsinki|Finland|60.17|24.94|0.3|us
Lake Saimaa|Finland|61.30|28.20|0.9|
Tallinn|Estonia|59.44|24.75|0.25|us
Riga|Latvia|56.95|24.11|0.3|us
Vilnius|Lithuania|54.69|25.28|0.3|u
Copenhagen|Denmark|55.68|12.57|0.3|us
Jutland|Denmark|56.20|9.20|1.0|s
Nuuk|Greenland|64.18|-51.72|0.6|usi
Ilulissat|Greenland|69.22|-51.10|0.7|si
Dublin|Ireland|53.35|-6.26|0.25|us
Connemara|Ireland|53.50|-9.80|0.5|sm
Edinburgh|United Kingdom|55.95|-3.19|0.2|us
Cairngorms|United Kingdom|57.08|-3.67|0.5|m
Lake District|United Kingdom|54.46|-3.09|0.4|m
Cornwall|United Kingdom|50.40|-4.80|0.6|s
London|United Kingdom|51.51|-0.13|0.35|u
Amsterdam|Netherlands|52.37|4.90|0.2|us
Wadden Sea|Netherlands|53.35|5.60|0.7|s
Flevoland|Netherlands|52.53|5.60|0.4|
Antwerp|Belgium|51.22|4.40|0.2|us
Ardennes|Belgium|50.20|5.60|0.6|m
Luxembourg|Luxembourg|49.75|6.10|0.4|u
Paris|France|48.86|2.35|0.3|u
Brittany|France|48.20|-3.00|1.2|s
Camargue|France|43.53|4.55|0.35|s
Mont Blanc|France|45.90|6.87|0.3|mi
Corsica|France|42.15|9.10|0.8|sm
Cologne|Germany|50.94|6.96|0.25|u
Hamburg|Germany|53.55|9.99|0.3|us
Rügen|Germany|54.42|13.43|0.3|s
Black Forest|Germany|48.10|8.10|0.6|m
Saxon Switzerland|Germany|50.92|14.20|0.25|m
Munich|Germany|48.14|11.58|0.3|u
Zürich|Switzerland|47.37|8.54|0.2|u
Engadin|Switzerland|46.60|10.00|0.4|mi
Valais|Switzerland|46.20|7.60|0.6|mi
Vienna|Austria|48.21|16.37|0.2|u
Salzkammergut|Austria|47.70|13.60|0.4|m
Carinthia|Austria|46.75|13.90|0.8|m
Prague|Czechia|50.08|14.44|0.25|u
Kraków|Poland|50.06|19.94|0.25|u
Białowieża Forest|Poland|52.75|23.85|0.4|
Tatra Mountains|Slovakia|49.18|20.10|0.35|m
Budapest|Hungary|47.50|19.04|0.3|u
Lake Balaton|Hungary|46.83|17.74|0.5|
Ljubljana|Slovenia|46.06|14.51|0.25|u
Plitvice Lakes|Croatia|44.87|15.60|0.25|m
Sarajevo|Bosnia and Herzegovina|43.86|18.41|0.25|u
Lake Ohrid|North Macedonia|41.05|20.75|0.25|mv
Danube Delta|Romania|45.10|29.30|0.6|s
Transylvania|Romania|46.50|24.50|1.2|m
Rila Mountains|Bulgaria|42.12|23.50|0.35|m
Larisa|Greece|39.64|22.42|0.3|u
Crete|Greece|35.25|24.90|0.9|smv
Santorini|Greece|36.40|25.45|0.15|sv
Rome|Italy|41.90|12.50|0.3|uv
Venice Lagoon|Italy|45.40|12.30|0.3|s
Mount Etna|Italy|37.75|15.00|0.3|mv
Sardinia|Italy|40.10|9.00|0.9|sm
South Tyrol|Italy|46.65|11.40|0.7|mi
Malta|Malta|35.92|14.38|0.2|us
Lisbon|Portugal|38.72|-9.14|0.25|usv
Alentejo|Portugal|38.30|-7.90|0.8|
Azores|Portugal|38.60|-28.00|1.5|smv
Madrid|Spain|40.42|-3.70|0.3|u
Doñana|Spain|37.00|-6.45|0.35|s
Galicia|Spain|42.75|-8.00|0.9|s
Pyrenees|Spain|42.60|0.60|1.2|m
Tenerife|Spain|28.29|-16.60|0.4|usmv
Istanbul|Türkiye|41.01|28.98|0.4|usv
Cappadocia|Türkiye|38.65|34.85|0.5|m
Tbilisi|Georgia|41.72|44.78|0.25|uv
Lake Sevan|Armenia|40.35|45.35|0.4|mv
Kyiv|Ukraine|50.45|30.52|0.35|u
Carpathians|Ukraine|48.30|24.20|0.9|m
Cyprus|Cyprus|35.05|33.20|0.7|usv
Jerusalem|Israel|31.78|35.22|0.2|u
Wadi Rum|Jordan|29.55|35.42|0.3|m
Beirut|Lebanon|33.89|35.50|0.2|usv
Nile Delta|Egypt|30.90|31.10|0.9|s
Siwa Oasis|Egypt|29.20|25.52|0.4|
Marrakesh|Morocco|31.63|-8.00|0.3|u
High Atlas|Morocco|31.20|-7.20|1.0|mv
Hoggar Mountains|Algeria|23.30|5.60|1.2|m
Djerba|Tunisia|33.80|10.90|0.2|s
Dakar|Senegal|14.72|-17.40|0.2|us
Inner Niger Delta|Mali|15.20|-4.20|1.2|
Accra|Ghana|5.60|-0.19|0.25|us
Lagos|Nigeria|6.52|3.38|0.3|us
Jos Plateau|Nigeria|9.70|8.95|0.6|m
Mount Cameroon|Cameroon|4.20|9.17|0.3|smv
Virunga|Democratic Republic of the Congo|-0.50|29.40|0.8|mv
Kinshasa|Democratic Republic of the Congo|-4.35|15.30|0.3|u
Addis Ababa|Ethiopia|9.03|38.74|0.25|u
Danakil Depression|Ethiopia|14.20|40.40|0.7|mv
Nairobi|Kenya|-1.29|36.82|0.3|u
Lake Turkana|Kenya|3.60|36.10|0.9|
Serengeti|Tanzania|-2.40|34.80|0.9|
Kilimanjaro|Tanzania|-3.07|37.35|0.3|miv
Zanzibar|Tanzania|-6.13|39.35|0.4|us
Kigali|Rwanda|-1.95|30.06|0.2|u
Lake Malawi|Malawi|-12.00|34.50|1.5|
Okavango Delta|Botswana|-19.30|22.90|0.9|
Etosha Pan|Namibia|-18.80|16.30|0.8|
Cape Town|South Africa|-33.92|18.42|0.3|us
Kruger|South Africa|-24.00|31.50|1.1|
Drakensberg|South Africa|-29.30|29.30|0.7|m
Antananarivo|Madagascar|-18.88|47.51|0.3|u
Mauritius|Mauritius|-20.28|57.57|0.3|us
Tehran|Iran|35.69|51.39|0.3|uv
Samarkand|Uzbekistan|39.65|66.96|0.3|u
Aral Sea|Kazakhstan|46.00|60.30|1.2|
Issyk-Kul|Kyrgyzstan|42.42|77.30|0.8|mi
Pamir|Tajikistan|38.60|72.50|1.2|miv
Hunza Valley|Pakistan|36.32|74.65|0.4|mi
Kerala|India|10.40|76.40|0.9|s
Sundarbans|Bangladesh|21.95|89.20|0.6|s
Ladakh|India|34.20|77.60|1.0|mi
Mumbai|India|19.08|72.88|0.3|us
Kathmandu Valley|Nepal|27.70|85.32|0.2|umv
Thimphu|Bhutan|27.47|89.64|0.25|umi
Colombo|Sri Lanka|6.93|79.86|0.2|us
Ulaanbaatar|Mongolia|47.89|106.91|0.4|u
Gobi|Mongolia|43.50|103.50|1.8|
Lake Baikal|Russia|53.50|108.00|1.8|i
Kamchatka|Russia|56.00|159.50|1.8|smiv
Wrangel Island|Russia|71.20|-179.60|1.6|si
Chengdu|China|30.57|104.07|0.4|uv
Guilin|China|25.27|110.29|0.3|um
Yellow River Delta|China|37.70|119.00|0.6|s
Seoul|South Korea|37.57|126.98|0.3|u
Jeju|South Korea|33.38|126.53|0.35|us
Kyoto|Japan|35.01|135.77|0.2|uv
Hokkaido|Japan|43.40|142.80|1.3|smv
Mount Fuji|Japan|35.36|138.73|0.25|mv
Hanoi|Vietnam|21.03|105.85|0.3|u
Mekong Delta|Vietnam|9.90|105.80|0.8|s
Angkor|Cambodia|13.41|103.87|0.25|
Chiang Mai|Thailand|18.79|98.98|0.3|um
Sabah|Malaysia|5.40|117.00|1.0|sm
Singapore|Singapore|1.35|103.82|0.2|us
Bali|Indonesia|-8.40|115.15|0.5|smv
Krakatoa|Indonesia|-6.10|105.42|0.2|sv
Palawan|Philippines|9.80|118.70|0.9|s
Taiwan|Taiwan|23.70|120.95|1.2|usmv
Port Moresby|Papua New Guinea|-9.44|147.18|0.3|usv
Kakadu|Australia|-13.00|132.50|0.9|s
Uluru|Australia|-25.34|131.03|0.3|
Tasmania|Australia|-42.00|146.60|1.2|sm
Sydney|Australia|-33.87|151.21|0.4|us
Cairns|Australia|-16.92|145.77|0.4|us
Fiordland|New Zealand|-45.40|167.40|0.8|smi
Rotorua|New Zealand|-38.14|176.25|0.3|umv
Taveuni|Fiji|-16.85|179.95|0.35|s
Samoa|Samoa|-13.75|-172.10|0.5|sv
Rapa Nui|Chile|-27.12|-109.35|0.15|s
Hawaiʻi|United States|19.60|-155.50|0.6|smv
Denali|United States|63.07|-151.00|0.8|mi
Olympic Peninsula|United States|47.80|-123.70|0.6|smi
Yosemite|United States|37.85|-119.55|0.4|m
Grand Canyon|United States|36.20|-112.20|0.8|m
Yellowstone|United States|44.60|-110.50|0.6|mv
Everglades|United States|25.50|-80.90|0.5|s
New Orleans|United States|29.95|-90.07|0.3|us
New York|United States|40.71|-74.00|0.35|us
Banff|Canada|51.50|-115.90|0.6|mi
Haida Gwaii|Canada|53.10|-132.10|0.8|s
Québec|Canada|46.81|-71.21|0.3|u
Newfoundland|Canada|48.80|-56.20|1.5|s
Baffin Island|Canada|68.50|-70.50|2.5|si
Mexico City|Mexico|19.43|-99.13|0.35|uv
Yucatán|Mexico|20.70|-88.90|1.1|s
Monteverde|Costa Rica|10.30|-84.80|0.2|mv
Havana|Cuba|23.11|-82.37|0.3|us
Martinique|France|14.65|-61.00|0.25|usv
Galápagos|Ecuador|-0.60|-90.80|1.0|sv
Quito|Ecuador|-0.18|-78.47|0.25|uv
Cusco|Peru|-13.53|-71.97|0.3|umv
Lake Titicaca|Bolivia|-15.90|-69.40|0.8|m
Salar de Uyuni|Bolivia|-20.20|-67.60|0.7|m
Medellín|Colombia|6.24|-75.58|0.25|u
Orinoco Delta|Venezuela|9.00|-61.50|0.8|s
Manaus|Brazil|-3.12|-60.02|0.4|u
Pantanal|Brazil|-17.70|-57.40|1.2|
São Paulo|Brazil|-23.55|-46.63|0.4|u
Lençóis Maranhenses|Brazil|-2.55|-43.10|0.4|s
Iguazú|Argentina|-25.68|-54.44|0.3|
Buenos Aires|Argentina|-34.60|-58.38|0.4|us
Perito Moreno|Argentina|-50.50|-73.10|0.4|mi
Atacama|Chile|-23.50|-68.80|1.0|mv
Chiloé|Chile|-42.60|-73.90|0.6|sv
Torres del Paine|Chile|-51.00|-73.00|0.4|mi
"""


def _place(line: str) -> Place:
    name, country, latitude, longitude, reach, traits = line.split("|")
    return Place(name, country, float(latitude), float(longitude), float(reach), traits)


PLACES = tuple(_place(line) for line in _TABLE.splitlines())
"""About two hundred; two of them reach over the antimeridian."""
