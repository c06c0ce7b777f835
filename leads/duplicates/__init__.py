"""Two leads that may be one person: found, compared, merged, parted again, or kept apart.

search: pairs by what two leads share, never all with all · pieces: values of a lead as they are
carried to another · visits: where the one person came from first and last · consents: what both
agreed to · merging, undoing: the verbs · forecast: what the merged lead would be · reading: lists
and the comparison · words: what pages say · pages, forms · api, filters, answers, openapi.
"""
