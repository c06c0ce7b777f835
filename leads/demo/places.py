"""Countries with names, towns and telephone ranges that are kept free for fiction."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Country:
    country: str
    weight: float
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[str, ...]
    # What companies are called here, before the word for what they make.
    roots: tuple[str, ...]
    form: str
    # A number that nobody has, up to its last two digits; blank where there is none.
    phone: str = ""


def _place(country: str, weight: float, *lists: str, form: str, phone: str = "") -> Country:
    first, last, cities, roots = (tuple(words.split(", ")) for words in lists)
    return Country(country, weight, first, last, cities, roots, form, phone)


PLACES = (
    _place(
        "DE",
        20,
        "Anna, Jonas, Katrin, Lukas, Miriam, Stefan, Heike, Tobias, Sabine, Florian, Nora, Uwe",
        "Schuster, Weber, Brandl, Hoffmann, Krüger, Lehmann, Vogt, Seidel, Arnold, Jansen, Roth",
        "Hamburg, Leipzig, Köln, Stuttgart, Bremen, Nürnberg, Dortmund, Kassel",
        "Nordlicht, Rheintal, Ostwald, Havel, Eichen, Lindau, Weser, Spree, Harz, Alster, Saale",
        form="GmbH",
        phone="+49 30 231250",
    ),
    _place(
        "NL",
        11,
        "Sanne, Daan, Femke, Bram, Lotte, Joris, Marieke, Thijs, Anouk, Ruud",
        "de Vries, Bakker, van Dijk, Visser, Smit, Mulder, de Boer, Kuipers, Hendriks",
        "Rotterdam, Utrecht, Eindhoven, Groningen, Breda, Zwolle",
        "Maas, Polder, Delta, Kaap, Haven, Zuider, Veluwe, Linge, Amstel",
        form="B.V.",
    ),
    _place(
        "SE",
        9,
        "Elin, Oskar, Maja, Viktor, Sara, Johan, Ida, Henrik, Klara, Anders",
        "Lindgren, Ek, Holm, Sandberg, Nyström, Åberg, Hedlund, Forsberg, Lund",
        "Malmö, Göteborg, Uppsala, Linköping, Örebro",
        "Björk, Mälar, Norrsken, Sund, Vätter, Skåne, Älv, Granit",
        form="AB",
        phone="+46 8 465 004 ",
    ),
    _place(
        "GB",
        13,
        "Olivia, Harry, Amelia, George, Fatima, Callum, Grace, Imran, Sophie, Ben, Zara, Owen",
        "Hughes, Patel, Clarke, Ahmed, Wright, Okoye, Turner, Evans, Marsh, Fletcher, Doyle",
        "Leeds, Manchester, Bristol, Glasgow, Birmingham, Hull, Cardiff",
        "Ashdown, Pennine, Harwick, Calder, Severn, Wexley, Thornby, Avon, Marlow, Keswick",
        form="Ltd",
        phone="+44 20 7946 09",
    ),
    _place(
        "IT",
        8,
        "Giulia, Marco, Chiara, Luca, Francesca, Matteo, Elena, Davide",
        "Rossetti, Conti, Ferraro, Galli, Moretti, Rinaldi, Bassi, Villa",
        "Bologna, Torino, Verona, Parma, Modena, Bergamo",
        "Adige, Borgo, Lario, Vesta, Emilia, Monviso, Garda, Ticino",
        form="S.r.l.",
    ),
    _place(
        "ES",
        6,
        "Lucía, Javier, Marta, Sergio, Inés, Pablo, Nuria, Álvaro",
        "Fuentes, Ortega, Navarro, Molina, Iglesias, Serrano, Vidal",
        "Valencia, Zaragoza, Bilbao, Sevilla, Murcia",
        "Salinas, Ebro, Solana, Levante, Almar, Sierra, Duero",
        form="S.L.",
    ),
    _place(
        "AT",
        4,
        "Johanna, Markus, Theresa, Lorenz, Verena, Georg",
        "Gruber, Steiner, Moser, Pichler, Leitner, Haas",
        "Linz, Graz, Wien, Salzburg",
        "Traun, Enns, Tauern, Donau, Mur",
        form="GmbH",
    ),
    _place(
        "CH",
        4,
        "Nadine, Reto, Céline, Urs, Léa, Beat",
        "Keller, Zürcher, Brunner, Favre, Meier, Rochat",
        "Basel, Winterthur, Lausanne, Bern",
        "Aare, Jura, Säntis, Limmat, Rigi",
        form="AG",
    ),
    _place(
        "BE",
        4,
        "Lien, Pieter, Manon, Koen, Charlotte, Wout",
        "Peeters, Claes, Dubois, Maes, Lambert, Wouters",
        "Antwerpen, Gent, Liège, Leuven",
        "Schelde, Leie, Ardenne, Brabo, Meir",
        form="NV",
    ),
    _place(
        "DK",
        4,
        "Freja, Mads, Signe, Rasmus, Louise, Søren",
        "Kjær, Nielsen, Bech, Dahl, Østergaard, Friis",
        "Aarhus, Odense, Kolding, Esbjerg",
        "Fjord, Lille Bælt, Vejle, Sund, Limfjord",
        form="A/S",
    ),
    _place(
        "NO",
        3,
        "Ingrid, Lars, Silje, Eirik, Marit, Knut",
        "Halvorsen, Berg, Solheim, Nygård, Strand, Moen",
        "Bergen, Trondheim, Stavanger, Ålesund",
        "Fjell, Nordvik, Havbruk, Lofot, Dovre",
        form="AS",
    ),
    _place(
        "FI",
        3,
        "Aino, Mikko, Laura, Juhani, Helmi, Antti",
        "Korhonen, Lehtonen, Mäkinen, Salo, Rinne, Niemi",
        "Tampere, Turku, Oulu, Lahti",
        "Saimaa, Kaleva, Pohja, Lumi, Järvi",
        form="Oy",
    ),
    _place(
        "IE",
        3,
        "Aoife, Conor, Niamh, Declan, Sinéad, Eoin",
        "Byrne, Murphy, Kavanagh, Nolan, Brennan, Walsh",
        "Cork, Galway, Limerick, Dublin",
        "Shannon, Kilbrack, Burren, Liffey, Moher",
        form="Ltd",
        phone="+353 20 913 00",
    ),
    _place(
        "SK",
        2,
        "Lena, Marek, Zuzana, Peter, Katarína",
        "Novák, Horváth, Kováč, Baláž, Urban",
        "Žilina, Košice, Nitra",
        "Tatra, Váh, Poprad, Fatra",
        form="s.r.o.",
    ),
    # Where Fernhill does not sell.
    _place(
        "US",
        4,
        "Megan, Tyler, Ashley, Carlos, Brooke, Derek",
        "Sullivan, Ramirez, Carter, Nguyen, Bennett, Price",
        "Chicago, Denver, Atlanta",
        "Redwood, Summit, Prairie, Lakeside, Granite",
        form="Inc.",
        phone="+1 312 555 01",
    ),
    _place(
        "IN",
        3,
        "Ananya, Rohan, Kavya, Vikram, Meera",
        "Sharma, Iyer, Reddy, Menon, Gupta",
        "Pune, Chennai, Mumbai",
        "Indus, Nilgiri, Deccan, Malabar",
        form="Pvt. Ltd.",
    ),
    _place(
        "PL",
        2,
        "Agnieszka, Piotr, Magda, Krzysztof",
        "Wójcik, Kamińska, Nowak, Mazur",
        "Poznań, Gdańsk, Łódź",
        "Wisła, Bałtyk, Warta",
        form="Sp. z o.o.",
    ),
    _place(
        "FR",
        2,
        "Camille, Hugo, Élodie, Julien",
        "Lefèvre, Moreau, Garnier, Petit",
        "Lyon, Nantes, Lille",
        "Rhône, Armor, Vosges",
        form="SAS",
        phone="+33 1 99 00 12 ",
    ),
)
WEIGHTS = [place.weight for place in PLACES]


def phone(place: Country, dice: Random) -> str:
    """A number out of the ranges that regulators keep for films and books."""
    return f"{place.phone}{dice.randrange(100):02}" if place.phone else ""
