"""The fields a company adds: defined, changed, renamed, put in order and retired by people.

keeping: the verbs · past: what leads carry already, read again · usage: who uses a field ·
counting: how many leads carry what · forecast: how values would be read by each type · reading:
what came in and is no field · unfit: values a field cannot read · forms, pages, words: the settings
pages.
"""
