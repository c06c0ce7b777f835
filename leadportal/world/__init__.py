"""What is so everywhere: countries, currencies, regions, as data that is read once a process.

countries   ISO 3166-1; the code of a country by any code or name that people write
currencies  ISO 4217
regions     where countries lie, and how sales divides the world
zones       the time zone of a country, or of a city where it has several
folding     names as keys, without case, accents and punctuation
tables      reads the files of data/
data/       the tables, the names in other languages with their licence, and make.py that made them
"""
