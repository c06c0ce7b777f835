"""What a person may say against the machine: a stage or some points until a day, or never.

stages: put on a rung · points: adjusted · disqualifying: disqualified and readmitted · terms:
who may say it, why, until when · reading: what is in force · words: how it reads.
"""
